//! What a session wants to be told about events. A body that tells it only this gets the same outputs.

use proptest::{collection::vec, prelude::*};

use super::{space::*, *};

/// A body that tells the session only what it wants.
struct SparingBody {
    source: TestSession,
    /// The last event id, if the session has not been told it.
    untold: Option<std::string::String>,
}

impl SparingBody {
    fn play(&mut self, happening: &Happening) -> Vec<Output> {
        let session = &mut self.source.session;
        if session.is_closed() {
            return vec![];
        }
        match happening {
            Happening::Event {
                id,
                id_field,
                digest,
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
                    digest: if session.wants_digests() { *digest } else { 0 },
                    terminal: *terminal,
                };
                self.source.receive(event).1
            }
            Happening::Input(Input::Comment) if !session.wants_activity() => vec![],
            Happening::Input(Input::Decoded) if !session.wants_decoded() => vec![],
            _ => {
                if let Some(id) = self.untold.take() {
                    session.note_last_event_id(&id);
                }
                self.source.play(happening)
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_session_that_is_told_only_what_it_wants_behaves_like_one_that_is_told_everything(
        setup in any_setup(),
        happenings in vec(any_happening(), 0..60),
    ) {
        let mut told = setup.start();
        let mut sparing = SparingBody { source: setup.start(), untold: None };
        for happening in happenings {
            let expected = told.play(&happening);
            prop_assert_eq!(sparing.play(&happening), expected);
            prop_assert_eq!(sparing.source.session.next_timeout(), told.session.next_timeout());
            prop_assert_eq!(sparing.source.session.state(), told.session.state());
            let last_event_id = sparing.untold.as_deref().unwrap_or(sparing.source.session.last_event_id());
            prop_assert_eq!(last_event_id, told.session.last_event_id());
        }
    }
}

#[test]
fn a_healthy_source_with_the_browser_preset_wants_no_activity() {
    let mut source = TestSession::new(Policy::browser());
    assert!(source.session.wants_activity(), "it has not opened yet");
    source.open();
    let session = &source.session;
    assert!(!session.wants_activity() && !session.wants_ids() && !session.wants_decoded());
}

#[test]
fn a_session_wants_events_while_there_are_failures_to_forget() {
    let mut source = TestSession::new(Policy::browser());
    source.open().hang_up();
    assert!(source.open().session.wants_activity());
    source.event();
    assert!(!source.session.wants_activity());
}

#[test]
fn a_session_with_a_limit_on_silence_always_wants_activity() {
    let mut source = TestSession::new(closing_when_idle_for(seconds(5)));
    source.open().event();
    assert!(source.session.wants_activity());
}

#[test]
fn a_session_that_tracks_ids_wants_them() {
    let mut source = TestSession::new(Policy::browser());
    source.open();
    source.session.track_ids();
    assert!(source.session.wants_ids() && source.session.wants_activity());
}

#[test]
fn a_session_wants_to_be_told_of_decoded_events_only_after_one_that_did_not_decode() {
    let mut source = TestSession::new(Policy::browser());
    source.open().fail_to_decode();
    assert!(source.session.wants_decoded());
    source.handle(Input::Decoded);
    assert!(!source.session.wants_decoded());
}

#[test]
fn the_clock_is_not_read_if_it_does_not_matter() {
    let mut source = TestSession::new(Policy::browser());
    source.open();
    let outcome = source.session.event(EVENT, || panic!("the clock is read"));
    assert_eq!(outcome, EventOutcome::Deliver);
}
