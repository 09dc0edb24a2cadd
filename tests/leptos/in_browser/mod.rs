//! What the hooks do in a real browser, against the real server.

mod changing;
mod closing;
mod counting;
mod mounting;
mod page;
mod sharing;
mod wrong;
