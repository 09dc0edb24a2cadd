//! What a session has to be told about events. A body that tells it no more gets the same outputs.

use proptest::{collection::vec, prelude::*};

use super::{space::*, *};

/// A body that tells no more than it has to.
struct Sparing {
    bench: Bench,
    /// The last event id, if the session has not been told it.
    untold: Option<std::string::String>,
}

impl Sparing {
    fn play(&mut self, happening: &Happening) -> Vec<Output> {
        let session = &mut self.bench.session;
        if session.is_closed() {
            return vec![];
        }
        match happening {
            Happening::Event {
                id,
                id_field,
                terminal,
            } => {
                let is_wanted = session.wants_activity() || terminal.is_some();
                let last_event_id = if session.wants_ids() {
                    Some(id.as_str())
                } else {
                    self.untold = Some(id.clone());
                    None
                };
                if !is_wanted {
                    return vec![];
                }
                let event = ReceivedEvent {
                    last_event_id,
                    id_field: *id_field,
                    terminal: *terminal,
                };
                self.bench.receive(event).1
            }
            Happening::Input(Input::Comment) if !session.wants_activity() => vec![],
            Happening::Input(Input::Decoded) if !session.wants_decoded() => vec![],
            _ => {
                if let Some(id) = self.untold.take() {
                    session.note_last_event_id(&id);
                }
                self.bench.play(happening)
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_session_that_is_told_only_what_it_wants_behaves_like_one_that_is_told_everything(
        source in any_source(),
        happenings in vec(any_happening(), 0..60),
    ) {
        let mut told = source.bench();
        let mut sparing = Sparing { bench: source.bench(), untold: None };
        for happening in happenings {
            let expected = told.play(&happening);
            prop_assert_eq!(sparing.play(&happening), expected);
            prop_assert_eq!(sparing.bench.session.next_timeout(), told.session.next_timeout());
            prop_assert_eq!(sparing.bench.session.state(), told.session.state());
            let last_event_id = sparing.untold.as_deref().unwrap_or(sparing.bench.session.last_event_id());
            prop_assert_eq!(last_event_id, told.session.last_event_id());
        }
    }
}

#[test]
fn a_healthy_source_of_the_browser_preset_wants_nothing() {
    let mut bench = Bench::new(Policy::browser());
    assert!(bench.session.wants_activity(), "it has not opened yet");
    bench.open();
    let session = &bench.session;
    assert!(!session.wants_activity() && !session.wants_ids() && !session.wants_decoded());
}

#[test]
fn a_session_wants_events_while_there_are_failures_to_forget() {
    let mut bench = Bench::new(Policy::browser());
    bench.open().hang_up();
    assert!(bench.open().session.wants_activity());
    bench.event();
    assert!(!bench.session.wants_activity());
}

#[test]
fn a_session_with_a_limit_on_silence_always_wants_activity() {
    let mut bench = Bench::new(closing_when_idle_for(seconds(5)));
    bench.open().event();
    assert!(bench.session.wants_activity());
}

#[test]
fn a_session_that_tracks_ids_wants_them() {
    let mut bench = Bench::new(Policy::browser());
    bench.open();
    bench.session.track_ids();
    assert!(bench.session.wants_ids() && bench.session.wants_activity());
}

#[test]
fn a_session_wants_to_be_told_of_decoded_events_only_after_one_that_did_not_decode() {
    let mut bench = Bench::new(Policy::browser());
    bench.open().fail_to_decode();
    assert!(bench.session.wants_decoded());
    bench.handle(Input::Decoded);
    assert!(!bench.session.wants_decoded());
}

#[test]
fn the_clock_is_not_read_if_it_does_not_matter() {
    let mut bench = Bench::new(Policy::browser());
    bench.open();
    let outcome = bench.session.event(EVENT, || panic!("the clock is read"));
    assert_eq!(outcome, EventOutcome::Deliver);
}
