//! The sessions of sources, as JavaScript has them. A `TextEncoder` has written the texts that come from there, so they are UTF-8, and
//! are not checked.

use alloc::{boxed::Box, string::String, vec::Vec};

use typed_eventsource_core::{
    At, CloseReason, EndOfBody, Gap, Input, OpenRate, Options, Output, Policy, Session, Span,
    Timestamp, Transport,
};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{
    numbers::{self, Numbers},
    table::{self, Entry},
};

/// A session, and the numbers in which it tells JavaScript its outputs.
#[derive(Debug)]
pub(crate) struct NumberedSession {
    session: Session,
    numbers: Numbers,
    /// The gap that was told last. The numbers have the addresses of its ids.
    gap: Option<Gap>,
}

/// Makes a session for a source with a [preset](Policy::preset), with options that [`numbers::set_options`] sets on top of it, with
/// flags, and with `deduplicate` ids to remember. Returns its number, which is valid until the session is [freed](table::free).
///
/// The flags: 1 fetch, 2 has a rule, 4 may be repeated, 8 has a resume parameter, 16 has a terminal, 32 is offline,
/// 64 shares a connection, 128 finishes at the end of a response, 256 reconnects there, 512 is in a hidden page,
/// 1024 asks for the request of each attempt, 2048 has a function for a refresh.
#[wasm_bindgen(js_name = newSession)]
pub fn new_session(
    preset: usize,
    policy: Vec<u8>,
    flags: u32,
    deduplicate: usize,
    last_event_id: String,
    now: f64,
) -> usize {
    let has = |flag: u32| flags & flag != 0;
    let mut options = Options::new(if has(1) {
        Transport::Fetch
    } else {
        Transport::Browser
    });
    options.policy = Box::new(Policy::preset(preset));
    numbers::set_options(&mut options.policy, &policy);
    options.has_rule = has(2);
    options.is_repeatable = has(4);
    options.asks_request = has(1024);
    options.has_resume_parameter = has(8);
    options.has_terminal = has(16);
    options.is_offline = has(32);
    options.is_hidden = has(512);
    options.has_refresh = has(2048);
    options.end_of_body = if has(128) {
        Some(EndOfBody::Finished)
    } else {
        has(256).then_some(EndOfBody::Reconnect)
    };
    options.last_event_id = last_event_id;
    options.deduplicate = deduplicate;
    let is_sharer = has(64);
    if is_sharer {
        options = options.into_sharer();
    }
    let mut session = Session::new(options, at(now, 0.0));
    if !is_sharer {
        session.tell_attempts();
    }
    let session = NumberedSession {
        session,
        numbers: Numbers::default(),
        gap: None,
    };
    table::insert(Entry::Session(Box::new(session)))
}

/// Tells a session the last event id, if one is given, and then an input by its number. Returns the address of the [`Numbers`], whose
/// first text is then the session's last event id. The numbers of inputs are those of [`numbers::input`], and these:
///
/// - 16, something that nobody listens to, with its last event id: an event where the detail is 1;
/// - 17, nothing;
/// - 18, that gaps are to be told;
/// - 20, that the numbers are to have the counts;
/// - 19, an event for those who listen, with its last event id, with flags as [`numbers::event`] has them as its detail, and with
///   the digest of its data in place of the failures. It answers what to do (0 deliver, 1 skip, 2 poll), and what the session wants from then on, times four.
#[wasm_bindgen(js_name = tellSession)]
#[expect(
    clippy::too_many_arguments,
    reason = "numbers cost less than an object"
)]
pub fn tell_session(
    session: usize,
    input: u32,
    last_event_id: Option<String>,
    detail: u32,
    time: f64,
    failures: u32,
    now: f64,
    random: f64,
) -> usize {
    with(session, move |this| {
        let session = &mut this.session;
        let last_event_id = last_event_id.as_deref();
        let at = at(now, random);
        match input {
            16 => session.handle(
                Input::Unlistened {
                    is_event: detail != 0,
                    last_event_id,
                },
                at,
            ),
            19 => {
                let event = numbers::event(last_event_id, detail, failures);
                let outcome = session.event(event, || at.now);
                return outcome as usize + 4 * this.wants() as usize;
            }
            number => {
                if let Some(id) = last_event_id {
                    session.note_last_event_id(id);
                }
                match number {
                    17 => {}
                    18 => session.track_ids(),
                    20 => this.numbers.set_counts(session.counts()),
                    _ => session.handle(numbers::input(number, detail, time, failures), at),
                }
            }
        }
        this.numbers.place_text(0, this.session.last_event_id());
        core::ptr::from_ref(&this.numbers) as usize
    })
}

/// Opens a source of a URL. `recovers_at` is when a whole burst of sources of this URL may open. Returns the new such moment; or, as
/// a negative number, how long the source has to wait before it asks again.
#[wasm_bindgen(js_name = openAtRate)]
pub fn open_at_rate(recovers_at: f64, now: f64) -> f64 {
    let mut rate = OpenRate::recovered_at(at(recovers_at, 0.0).now);
    match rate.open(at(now, 0.0).now) {
        Ok(()) => rate.recovers_at().since_origin().as_millis_f64(),
        Err(wait) => -wait.as_millis_f64(),
    }
}

/// Polls the next output. Returns the address of the [`Numbers`] that describe it.
#[wasm_bindgen(js_name = pollSession)]
pub fn poll_session(session: usize) -> usize {
    with(session, NumberedSession::poll)
}

fn with<R>(session: usize, run: impl FnOnce(&mut NumberedSession) -> R) -> R {
    table::with(session, |entry| match entry {
        Entry::Session(session) => run(session),
        Entry::Parser(_) => unreachable!("it has the number of a session"),
    })
}

impl NumberedSession {
    fn poll(&mut self) -> usize {
        let output = self.session.poll();
        let wants = self.wants();
        let Self {
            session,
            numbers,
            gap,
        } = self;
        numbers.failures = f64::from(session.failures());
        numbers.after = session.time_limit().as_millis_f64();
        numbers.output = match output {
            None => {
                numbers.wants = f64::from(wants);
                numbers.deadline = session
                    .next_timeout()
                    .map_or(f64::INFINITY, |at| at.since_origin().as_millis_f64());
                0.0
            }
            Some(Output::Connect) => 1.0,
            Some(Output::Disconnect) => 2.0,
            Some(Output::Gap(found)) => {
                numbers.amount = found.missed as f64;
                let gap = gap.insert(found);
                numbers.place_text(0, &gap.after);
                numbers.place_text(1, &gap.before);
                4.0
            }
            Some(Output::Decide(context)) => {
                numbers.set_context(context);
                5.0
            }
            Some(Output::Report(report)) => {
                numbers.set_state(session.state());
                numbers.set_report(report);
                numbers.follows = match session.close_reason() {
                    Some(CloseReason::Failed { .. }) => 2.0,
                    Some(_) => 0.0,
                    None => f64::from(u8::from(session.has_state_to_tell())),
                };
                6.0
            }
            Some(Output::State(state)) => {
                numbers.set_state(state);
                7.0
            }
            Some(Output::Attempt(attempt)) => {
                numbers.set_state(session.state());
                numbers.set_attempt(attempt);
                9.0
            }
            Some(Output::Closed(reason)) => {
                numbers.set_close_reason(reason);
                8.0
            }
            Some(Output::Refresh) => 10.0,
            Some(Output::Renew) => 11.0,
            Some(Output::HandOver) => 12.0,
            Some(_) => 3.0,
        };
        core::ptr::from_ref(&self.numbers) as usize
    }

    /// What the session wants to be told of: 1 activity, 2 ids, 4 decoded events, 8 digests.
    fn wants(&self) -> u32 {
        let session = &self.session;
        u32::from(session.wants_activity())
            + 2 * u32::from(session.wants_ids())
            + 4 * u32::from(session.wants_decoded())
            + 8 * u32::from(session.wants_digests())
    }
}

fn at(now: f64, random: f64) -> At {
    At {
        now: Timestamp::from_origin(Span::from_millis_f64(now)),
        random,
    }
}
