//! The host of a source: a clock, timers, random numbers, changes of the network, and a place for errors that nobody
//! listens to.

pub(crate) mod browser;
#[cfg(any(test, feature = "testing"))]
pub(crate) mod fake;

#[cfg(feature = "fetch")]
use std::pin::Pin;
use std::{rc::Rc, time::SystemTime};

use typed_eventsource_core::{At, Span, Timestamp};

use crate::{Error, error::WithCauses, sys};
use browser::{AnimationFrame, DomListener, Timeout};
#[cfg(any(test, feature = "testing"))]
use fake::{FakeChangeWatch, FakeClock, FakeTimer};

#[derive(Clone)]
pub(crate) enum Host {
    /// Any global scope of a browser that has an event loop: a window, a worker.
    Browser,
    #[cfg(any(test, feature = "testing"))]
    Fake(FakeClock),
}

/// Dropping it cancels the timer.
pub(crate) enum Timer {
    Browser {
        _timeout: Timeout,
    },
    #[cfg(any(test, feature = "testing"))]
    Fake {
        _timer: FakeTimer,
    },
}

/// Dropping it cancels the timer.
pub(crate) enum FrameTimer {
    AnimationFrame {
        _frame: AnimationFrame,
    },
    /// Where there are no frames.
    Timer {
        _timer: Timer,
    },
}

/// How long a frame of a page takes where there are none.
const FRAME: Span = Span::from_millis(16);

/// A change of the machine's network, or of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Online,
    Offline,
    Hidden,
    Visible,
    /// The page was frozen, or in the back/forward cache, and runs again.
    Woken,
}

/// Dropping it stops the calls.
pub(crate) enum ChangeWatch {
    Browser {
        _listeners: Vec<DomListener>,
    },
    #[cfg(any(test, feature = "testing"))]
    Fake {
        _watch: FakeChangeWatch,
    },
}

impl Host {
    /// Whether both are the browser, or belong to the same fake server.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Browser, Self::Browser) => true,
            #[cfg(any(test, feature = "testing"))]
            (Self::Fake(clock), Self::Fake(other)) => clock.is_same(other),
            #[cfg(any(test, feature = "testing"))]
            _ => false,
        }
    }

    /// The time since a fixed moment. It never goes back.
    pub(crate) fn now(&self) -> Timestamp {
        match self {
            Self::Browser => Timestamp::from_origin(browser::now()),
            #[cfg(any(test, feature = "testing"))]
            Self::Fake(clock) => clock.now(),
        }
    }

    /// A moment by the wall clock. A fake clock began in 1970.
    pub(crate) fn wall_time(&self, at: Timestamp) -> SystemTime {
        let since_origin = match self {
            Self::Browser => browser::since_1970(at.since_origin()),
            #[cfg(any(test, feature = "testing"))]
            Self::Fake(_) => at.since_origin().into(),
        };
        SystemTime::UNIX_EPOCH + since_origin
    }

    /// The time, and a random number.
    pub(crate) fn at(&self) -> At {
        let random = match self {
            Self::Browser => js_sys::Math::random(),
            // Each wait is then as long as its ceiling.
            #[cfg(any(test, feature = "testing"))]
            Self::Fake(_) => 1.0,
        };
        let now = self.now();
        At { now, random }
    }

    /// Calls back once after about this delay, with how late the call is. A long delay may end early.
    pub(crate) fn after(&self, delay: Span, callback: Box<dyn FnOnce(Span)>) -> Timer {
        match self {
            Self::Browser => Timer::Browser {
                _timeout: Timeout::new(delay, callback),
            },
            #[cfg(any(test, feature = "testing"))]
            Self::Fake(clock) => Timer::Fake {
                _timer: clock.after(delay, callback),
            },
        }
    }

    /// Calls back at the next frame of the page. Where there are none, that is after the time of one.
    pub(crate) fn after_frame(&self, callback: Rc<dyn Fn()>) -> FrameTimer {
        if matches!(self, Self::Browser)
            && let Some(frame) = AnimationFrame::new(&callback)
        {
            return FrameTimer::AnimationFrame { _frame: frame };
        }
        FrameTimer::Timer {
            _timer: self.after(FRAME, Box::new(move |_| callback())),
        }
    }

    /// How long a source has to wait before it may open this URL. Zero if it opens it now.
    pub(crate) fn open_wait(&self, url: &str) -> Span {
        match self {
            Self::Browser => browser::open_wait(url),
            // A test may open as many as it likes.
            #[cfg(any(test, feature = "testing"))]
            Self::Fake(_) => Span::ZERO,
        }
    }

    /// Whether the machine has a network now, as far as is known.
    pub(crate) fn is_online(&self) -> bool {
        match self {
            Self::Browser => browser::is_online(),
            #[cfg(any(test, feature = "testing"))]
            Self::Fake(clock) => clock.is_online(),
        }
    }

    /// Whether the page is hidden. A worker does not know.
    pub(crate) fn is_hidden(&self) -> bool {
        match self {
            Self::Browser => browser::is_hidden(),
            #[cfg(any(test, feature = "testing"))]
            Self::Fake(clock) => clock.is_hidden(),
        }
    }

    /// Calls back with each change. Those of a page that is hidden or seen are only told if `sees_page` says so.
    pub(crate) fn watch_changes(
        &self,
        sees_page: bool,
        callback: impl Fn(Change) + 'static,
    ) -> ChangeWatch {
        match self {
            Self::Browser => ChangeWatch::Browser {
                _listeners: browser::change_listeners(sees_page, Rc::new(callback)),
            },
            #[cfg(any(test, feature = "testing"))]
            Self::Fake(clock) => ChangeWatch::Fake {
                _watch: clock.watch_changes(callback),
            },
        }
    }

    /// Runs a future.
    #[cfg(feature = "fetch")]
    pub(crate) fn spawn(&self, future: Pin<Box<dyn Future<Output = ()>>>) {
        match self {
            Self::Browser => wasm_bindgen_futures::spawn_local(future),
            #[cfg(any(test, feature = "testing"))]
            Self::Fake(clock) => clock.spawn(future),
        }
    }

    /// Reports what an app may want to know.
    #[cfg(feature = "fetch")]
    pub(crate) fn hint(&self, hint: String) {
        match self {
            Self::Browser => sys::console_info(&format!("typed-eventsource: {hint}")),
            #[cfg(any(test, feature = "testing"))]
            Self::Fake(clock) => clock.hint(hint),
        }
    }

    /// Reports an error that nobody listened to, and how many of its kind were not reported since the last one.
    pub(crate) fn report(&self, error: &Error, unwritten: u32) {
        let mut text = WithCauses(error).to_string();
        if unwritten > 0 {
            text = format!("{text} (and {unwritten} more of this kind)");
        }
        match self {
            Self::Browser => sys::console_error(&format!("typed-eventsource: {text}")),
            #[cfg(any(test, feature = "testing"))]
            Self::Fake(clock) => clock.report(text),
        }
    }
}
