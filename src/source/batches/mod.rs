//! Events by the batch, such as once a frame of the page: an app that renders for each event of a fast stream freezes.

mod listener;
mod stream;

use std::{rc::Rc, time::Duration};

pub(super) use listener::on_batch;
pub use stream::BatchStream;

use crate::host::{FrameTimer, Host, Timer};

/// When a batch of events is handed over: some time after its first event, or earlier once it has so many events.
///
/// ```
/// use std::time::Duration;
/// use typed_eventsource::BatchOptions;
///
/// let for_a_list = BatchOptions::per_frame();
/// let for_a_chart = BatchOptions::per(Duration::from_millis(250)).most(1_000);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "the options do nothing before they are given to a source"]
pub struct BatchOptions {
    per: Per,
    most: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Per {
    AnimationFrame,
    Time(Duration),
}

impl BatchOptions {
    /// At the next frame of the page after the first event, so that an app renders at most once a frame. Where frames stop, since
    /// the page is hidden or covered, that is at most about a second later, and 16 ms where there are none, as in some workers. On the
    /// clock of a `FakeServer` a frame comes after 16 ms.
    ///
    /// A batch has at most 10,000 events.
    pub fn per_frame() -> Self {
        Self::new(Per::AnimationFrame)
    }

    /// This time after the first event. In a hidden page browsers may make that up to a second more.
    ///
    /// A batch has at most 10,000 events.
    pub fn per(time: Duration) -> Self {
        Self::new(Per::Time(time))
    }

    /// At once when there are so many events. Zero counts as 1.
    pub fn most(mut self, events: usize) -> Self {
        self.most = events.max(1);
        self
    }

    fn new(per: Per) -> Self {
        Self { per, most: 10_000 }
    }

    /// Calls back when a batch is due that begins now.
    fn after(self, host: &Host, callback: Rc<dyn Fn()>) -> BatchTimer {
        match self.per {
            Per::AnimationFrame => BatchTimer::Frame {
                _timer: host.after_frame(callback),
            },
            Per::Time(time) => BatchTimer::Time {
                _timer: host.after(time.into(), Box::new(move |_| callback())),
            },
        }
    }
}

impl Default for BatchOptions {
    /// Once a frame.
    fn default() -> Self {
        Self::per_frame()
    }
}

/// Dropping it cancels the timer.
enum BatchTimer {
    Frame { _timer: FrameTimer },
    Time { _timer: Timer },
}
