//! The demo page and the npm package, driven in real browsers.
