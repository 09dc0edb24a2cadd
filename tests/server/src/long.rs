//! The steps that take more than one chunk.

use std::time::Duration;

use bytes::Bytes;
use tokio::task::yield_now;

use crate::{drip::Drip, fill::Fill, flood::Flood, script::Step, ticks::Ticks};

/// A step that is being played, chunk by chunk.
#[derive(Debug)]
pub(crate) enum Long {
    Flood(Flood),
    Ticks(Ticks),
    Fill(Fill),
    Drip(Drip),
}

impl Long {
    /// Starts a step, if it is one of these.
    pub(crate) fn start(step: Step) -> Option<Self> {
        Some(match step {
            Step::Repeat { times, send } => Self::Flood(Flood::new(times, &send)),
            Step::Series { times, send } => Self::Flood(Flood::one_by_one(times, &send)),
            Step::Ticks { times, every, send } => {
                Self::Ticks(Ticks::new(times, Duration::from_millis(every), send))
            }
            Step::Fill { bytes, send } => Self::Fill(Fill::new(bytes, &send)),
            Step::Drip { every, send } => Self::Drip(Drip::new(Duration::from_millis(every), send)),
            _ => return None,
        })
    }

    /// The next chunk, `None` at the step's end.
    pub(crate) async fn next(&mut self) -> Option<Bytes> {
        match self {
            Self::Flood(flood) => {
                if flood.is_one_by_one() {
                    // hyper flushes when there is nothing to send, so that the chunk before goes out.
                    yield_now().await;
                }
                flood.next()
            }
            Self::Ticks(ticks) => ticks.next().await,
            Self::Fill(fill) => fill.next(),
            Self::Drip(drip) => drip.next().await,
        }
    }
}
