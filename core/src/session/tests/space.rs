//! Random sources, and what may happen to them: settings and happenings of the [`model`](super::model), and also ids, terminal
//! events and relayed outputs.

use std::{
    fmt::Debug,
    string::{String, ToString},
};

use arbitrary::{Arbitrary, Result, Unstructured};
use proptest::{collection::vec, prelude::*};

use super::{
    model::space::{Happening as ModelHappening, Refusal, Ruling, Settings, Time as ModelTime},
    *,
};

/// A value that `count` random bytes describe.
fn any_of<T: for<'a> Arbitrary<'a> + Debug>(count: usize) -> impl Strategy<Value = T> {
    vec(any::<u8>(), count).prop_map(|bytes| {
        let made = Unstructured::new(&bytes).arbitrary();
        made.expect("missing bytes count as zeros")
    })
}

/// Makes the limits so small that random happenings reach them.
pub(super) fn with_small_limits(mut settings: Settings) -> Settings {
    for limit in [
        &mut settings.close_after_losses,
        &mut settings.max_attempts,
        &mut settings.close_after_decode_errors,
    ] {
        *limit = limit.map(|limit| limit % 10);
    }
    settings
}

pub(super) fn any_backoff() -> impl Strategy<Value = Backoff> {
    any_of(200).prop_map(|settings: Settings| settings.backoff())
}

/// The options of a source, and what its rule answers.
#[derive(Clone, Debug)]
pub(super) struct Setup {
    pub(super) options: Options,
    rule: Option<Decision>,
    random: f64,
}

pub(super) fn any_setup() -> impl Strategy<Value = Setup> {
    any_of(200)
}

impl<'a> Arbitrary<'a> for Setup {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> Result<Self> {
        let mut settings = with_small_limits(bytes.arbitrary()?);
        settings.is_sharer = false;
        let mut options = settings.options();
        options.transport = *bytes.choose(&[Transport::Browser, Transport::Fetch])?;
        (options.has_resume_parameter, options.has_terminal) = bytes.arbitrary()?;
        options.last_event_id = any_id(bytes)?;
        options.deduplicate = bytes.int_in_range(0..=4)?;
        let rule = match bytes.ratio(1, 4)? {
            true => Decision::AsProposed,
            false => settings.rule.map_or(Decision::Close, Ruling::decision),
        };
        Ok(Self {
            rule: options.has_rule.then_some(rule),
            random: settings.random,
            options,
        })
    }
}

impl Setup {
    pub(super) fn start(&self) -> TestSession {
        let mut source = TestSession::with_options(self.options.clone());
        if let Some(decision) = self.rule {
            source.rule = Some(Box::new(move |_| decision));
        }
        source.random = self.random;
        source
    }
}

/// Any id. Some ids are consecutive numbers, one is not a number, and some are empty.
fn any_id(bytes: &mut Unstructured<'_>) -> Result<String> {
    Ok(match bytes.int_in_range(0u8..=39)? {
        number @ 0..30 => number.to_string(),
        30..33 => "a".to_string(),
        _ => String::new(),
    })
}

/// What may happen to a random source.
#[derive(Clone, Debug)]
pub(super) enum Happening {
    /// An input other than an event or a timeout.
    Input(Input<'static>),
    Event {
        id: String,
        id_field: IdField,
        digest: u32,
        terminal: Option<Terminal>,
    },
    Unlistened {
        is_event: bool,
        id: Option<String>,
    },
    TrackIds,
    Time(Span),
    Sleep(Span),
    Deadline,
}

use Happening::{Deadline, Sleep, Time};

pub(super) fn any_happening() -> impl Strategy<Value = Happening> {
    any_of(20)
}

impl<'a> Arbitrary<'a> for Happening {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> Result<Self> {
        Ok(match bytes.arbitrary::<u8>()? {
            0..60 => Self::Event {
                id: any_id(bytes)?,
                id_field: *bytes.choose(&[IdField::Present, IdField::Absent, IdField::Unknown])?,
                digest: u32::from(bytes.ratio(1, 4)?),
                terminal: match bytes.arbitrary::<u8>()? {
                    0..3 => Some(Terminal::Event),
                    3..6 => Some(Terminal::Data),
                    6..9 => Some(Terminal::Failure),
                    _ => None,
                },
            },
            60..80 => Self::Unlistened {
                is_event: bytes.arbitrary()?,
                id: match bytes.arbitrary()? {
                    true => Some(any_id(bytes)?),
                    false => None,
                },
            },
            80..90 => Self::TrackIds,
            90..100 => Self::Input(bytes.choose(&odd_inputs())?.clone()),
            _ => ModelHappening::from(bytes.arbitrary::<LikelyHappening>()?).into(),
        })
    }
}

/// A happening of the model. Happenings that keep the source open are more likely.
#[derive(Debug)]
pub(super) struct LikelyHappening(ModelHappening);

impl<'a> Arbitrary<'a> for LikelyHappening {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self(match bytes.arbitrary::<u8>()? {
            0..40 => ModelHappening::Deadline,
            40..60 => ModelHappening::Opened,
            60..80 => ModelHappening::HungUp,
            80..100 => ModelHappening::DecodeFailed,
            100..120 => ModelHappening::Failed(Refusal::Unavailable, None),
            120..130 => ModelHappening::Failed(Refusal::Unauthorized, None),
            130..140 => ModelHappening::Refreshed,
            140..150 => ModelHappening::Renewed,
            _ => bytes.arbitrary()?,
        }))
    }
}

impl From<LikelyHappening> for ModelHappening {
    fn from(LikelyHappening(happening): LikelyHappening) -> Self {
        happening
    }
}

/// Inputs that a source rarely gets, or that answer no question.
fn odd_inputs() -> [Input<'static>; 9] {
    let failure = Failure::Told;
    let attempt = Some(1);
    let limit = None;
    [
        Input::Decided(Decision::AsProposed),
        Input::Finished,
        Input::Overflowed,
        Input::Relayed(Output::State(State::Open)),
        Input::Relayed(Output::State(State::Closed)),
        Input::Relayed(Output::Report(Report { failure, attempt })),
        Input::Relayed(Output::Connect),
        Input::Relayed(Output::Deliver),
        Input::Relayed(Output::Closed(CloseReason::Failed { failure, limit })),
    ]
}

impl From<ModelHappening> for Happening {
    fn from(happening: ModelHappening) -> Self {
        Self::Input(match happening {
            ModelHappening::Opened => Input::Opened,
            ModelHappening::Requested(is_safe) => Input::Requested { is_safe },
            ModelHappening::Comment => Input::Comment,
            ModelHappening::Decoded => Input::Decoded,
            ModelHappening::DecodeFailed => Input::DecodeFailed,
            ModelHappening::Retry(ModelTime(time)) => Input::Retry(time),
            ModelHappening::HeldBack => Input::HeldBack,
            ModelHappening::ReadOn => Input::ReadOn,
            ModelHappening::Refreshing => Input::Refreshing,
            ModelHappening::Refreshed => Input::Refreshed,
            ModelHappening::RefreshFailed => Input::RefreshFailed,
            ModelHappening::ExpiresIn(ModelTime(time)) => Input::ExpiresIn(time),
            ModelHappening::Renewed => Input::Renewed,
            ModelHappening::RenewalFailed => Input::RenewalFailed,
            ModelHappening::Lost => Input::Lost(Loss::BrowserReconnects),
            ModelHappening::HungUp => Input::Lost(Loss::Reestablish),
            ModelHappening::Failed(refusal, retry_after) => Input::Lost(Loss::Fail {
                class: refusal.class(),
                retry_after: retry_after.map(|ModelTime(time)| time),
            }),
            ModelHappening::Online => Input::Online,
            ModelHappening::Offline => Input::Offline,
            ModelHappening::Reconnect => Input::Reconnect,
            ModelHappening::Pause => Input::Pause,
            ModelHappening::Resume => Input::Resume,
            ModelHappening::Hidden => Input::Hidden,
            ModelHappening::Visible => Input::Visible,
            ModelHappening::Woken => Input::Woken,
            ModelHappening::BodyEnded => BODY_ENDED,
            ModelHappening::Closes => Input::Close(CloseReason::Requested),
            ModelHappening::Passes(ModelTime(time)) => return Time(time),
            ModelHappening::Sleeps(ModelTime(time)) => return Sleep(time),
            ModelHappening::Deadline => return Deadline,
            ModelHappening::Unlistened(is_event) => return Self::Unlistened { is_event, id: None },
            ModelHappening::Event => {
                return Self::Event {
                    id: String::new(),
                    id_field: IdField::Absent,
                    digest: 0,
                    terminal: None,
                };
            }
        })
    }
}

impl TestSession {
    /// Passes a happening to the session, without polling.
    pub(super) fn tell(&mut self, happening: &Happening) {
        let input = match happening {
            Happening::Input(input) => input.clone(),
            Happening::Event {
                id,
                id_field,
                digest,
                terminal,
            } => {
                let event = ReceivedEvent {
                    last_event_id: Some(id),
                    id_field: *id_field,
                    digest: *digest,
                    terminal: *terminal,
                };
                let now = self.now;
                if self.session.event(event, || now) == EventOutcome::Deliver {
                    // A poll would return nothing.
                    assert_eq!(self.session.outputs, []);
                }
                return;
            }
            Happening::Unlistened { is_event, id } => Input::Unlistened {
                is_event: *is_event,
                last_event_id: id.as_deref(),
            },
            Happening::TrackIds => return self.session.track_ids(),
            Time(by) => {
                self.advance(*by);
                Input::Timeout { late: Span::ZERO }
            }
            Sleep(by) => {
                self.advance(*by);
                Input::Timeout { late: *by }
            }
            Deadline => {
                let Some(at) = self.session.next_timeout() else {
                    return;
                };
                self.now = self.now.max(at);
                Input::Timeout { late: Span::ZERO }
            }
        };
        self.session.handle(input, self.at());
    }

    /// Passes a happening to the session, and polls.
    pub(super) fn play(&mut self, happening: &Happening) -> Vec<Output> {
        self.tell(happening);
        self.outputs()
    }
}
