//! Every policy, and whatever may happen to a source.

use std::string::{String, ToString};

use proptest::{option, prelude::*};

use super::*;

pub(super) fn any_span() -> impl Strategy<Value = Span> {
    prop_oneof![
        9 => (0u64..100_000).prop_map(Span::from_millis),
        1 => Just(Span::ZERO),
        1 => Just(Span::MAX),
    ]
}

prop_compose! {
    pub(super) fn any_backoff()(
        initial in any_span(),
        factor in prop_oneof![0.0..10.0, Just(f64::INFINITY), Just(f64::NAN), Just(-1.0)],
        max in any_span(),
        jitter: bool,
        max_attempts in option::of(0u32..20),
        max_elapsed in option::of(any_span()),
    ) -> Backoff {
        Backoff { initial, factor, max, jitter, max_attempts, max_elapsed }
    }
}

fn any_action() -> impl Strategy<Value = LimitAction> {
    prop_oneof![Just(LimitAction::Close), Just(LimitAction::Reopen)]
}

fn any_limit() -> impl Strategy<Value = Option<TimeLimit>> {
    option::of((any_span(), any_action()).prop_map(|(after, then)| TimeLimit { after, then }))
}

/// What a rule answers each time, where there is one.
fn any_rule() -> impl Strategy<Value = Option<Decision>> {
    let decision = prop_oneof![
        Just(Decision::AsProposed),
        Just(Decision::KeepWaiting),
        any_span().prop_map(|after| Decision::Reopen {
            after: after.into()
        }),
        Just(Decision::Close),
    ];
    option::weighted(0.3, decision)
}

prop_compose! {
    pub(super) fn any_policy()(
        close_after_losses in option::of(0u32..10),
        close_when_down_for in option::of(any_span()),
        on_given_up in any_action(),
        retry_statuses in option::of(Just(vec![503])),
        backoff in any_backoff(),
        (reconnection_time, max_server_delay) in (option::of(any_span()), any_span()),
        (back_off_after_losses, reopen_on_wake, resend, resend_refused) in any::<(bool, bool, bool, bool)>(),
        close_after_decode_errors in option::of(0u32..10),
        (on_idle, on_slow_open) in (any_limit(), any_limit()),
        healthy_after in any_span(),
    ) -> Policy {
        Policy {
            close_after_losses,
            close_when_down_for,
            on_given_up,
            retry_statuses,
            reconnection_time,
            max_server_delay,
            back_off_after_losses,
            resend,
            resend_refused,
            close_after_decode_errors,
            on_idle,
            on_slow_open,
            healthy_after,
            reopen_on_wake,
            backoff,
        }
    }
}

/// The options of a source, and what its rule answers.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) options: Options,
    rule: Option<Decision>,
    random: f64,
}

prop_compose! {
    pub(super) fn any_source()(
        policy in any_policy(),
        transport in prop_oneof![Just(Transport::Browser), Just(Transport::Fetch)],
        is_repeatable in prop::bool::weighted(0.8),
        (has_resume_parameter, has_terminal, is_offline) in any::<(bool, bool, bool)>(),
        end_of_body in option::of(prop_oneof![Just(EndOfBody::Finished), Just(EndOfBody::Reconnect)]),
        last_event_id in any_id(),
        deduplicate in 0usize..5,
        rule in any_rule(),
        random in prop_oneof![9 => 0.0..1.0, 1 => Just(f64::NAN), 1 => Just(-1.0), 1 => Just(7.0)],
    ) -> Source {
        let options = Options {
            policy: policy.into(),
            has_rule: rule.is_some(),
            transport,
            is_repeatable,
            has_resume_parameter,
            last_event_id,
            deduplicate,
            has_terminal,
            end_of_body,
            is_offline,
        };
        Source { options, rule, random }
    }
}

impl Source {
    pub(super) fn bench(&self) -> Bench {
        let mut bench = Bench::with(self.options.clone());
        if let Some(decision) = self.rule {
            bench.rule = Some(Box::new(move |_| decision));
        }
        bench.random = self.random;
        bench
    }
}

fn any_id() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => Just(String::new()),
        8 => (0u64..30).prop_map(|number| number.to_string()),
        1 => Just(String::from("a")),
    ]
}

#[derive(Clone, Debug)]
pub(super) enum Happening {
    /// An input other than an event or a timeout.
    Input(Input<'static>),
    Event {
        id: String,
        id_field: IdField,
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

pub(super) const OPENED: Happening = Happening::Input(Input::Opened);
pub(super) const HUNG_UP: Happening = Happening::Input(Input::Lost(Loss::Reestablish));
pub(super) fn failed(class: FailureClass, retry_after: Option<Span>) -> Happening {
    Happening::Input(Input::Lost(Loss::Fail { class, retry_after }))
}

pub(super) fn given_up() -> Happening {
    failed(FailureClass::Other, None)
}

/// An event with an id that is the source's already, or none.
pub(super) fn plain_event() -> Happening {
    Happening::Event {
        id: String::new(),
        id_field: IdField::Absent,
        terminal: None,
    }
}

fn any_failure() -> impl Strategy<Value = Happening> {
    let class = prop_oneof![
        Just(FailureClass::Status(503)),
        Just(FailureClass::Status(401)),
        Just(FailureClass::ContentType),
        Just(FailureClass::Hopeless),
        Just(FailureClass::Other),
    ];
    (class, option::of(any_span())).prop_map(|(class, after)| failed(class, after))
}

fn any_id_field() -> impl Strategy<Value = IdField> {
    use IdField::*;
    prop_oneof![Just(Present), Just(Absent), Just(Unknown)]
}

fn any_event() -> impl Strategy<Value = Happening> {
    let terminal = prop_oneof![
        Just(Terminal::Event),
        Just(Terminal::Data),
        Just(Terminal::Failure),
    ];
    let terminal = option::weighted(0.03, terminal);
    (any_id(), any_id_field(), terminal).prop_map(|(id, id_field, terminal)| Happening::Event {
        id,
        id_field,
        terminal,
    })
}

fn any_unlistened() -> impl Strategy<Value = Happening> {
    (any::<bool>(), option::of(any_id()))
        .prop_map(|(is_event, id)| Happening::Unlistened { is_event, id })
}

fn any_relayed() -> impl Strategy<Value = Output> {
    let failure = Failure::Told;
    let report = Report {
        failure,
        attempt: Some(1),
    };
    prop_oneof![
        Just(Output::State(State::Open)),
        Just(Output::State(State::Closed)),
        Just(Output::Report(report)),
        Just(Output::Connect),
        Just(Output::Deliver),
    ]
}

fn any_ending() -> impl Strategy<Value = Input<'static>> {
    let limit = None;
    let failure = Failure::Told;
    let failed = Output::Closed(CloseReason::Failed { failure, limit });
    prop_oneof![
        Just(Input::Close(CloseReason::Requested)),
        Just(Input::Finished),
        Just(Input::Overflowed),
        Just(Input::Relayed(Output::Closed(CloseReason::Finished))),
        Just(Input::Relayed(failed)),
    ]
}

fn any_body_end() -> impl Strategy<Value = Input<'static>> {
    let unfinished = prop_oneof![
        4 => Just(Unfinished::Nothing),
        3 => Just(Unfinished::Event),
        1 => Just(Unfinished::Terminal(Terminal::Event)),
        1 => Just(Unfinished::Terminal(Terminal::Failure)),
    ];
    (any::<bool>(), unfinished).prop_map(|(is_whole, unfinished)| Input::BodyEnded {
        is_whole,
        unfinished,
    })
}

/// Anything, in any order.
pub(super) fn any_happening() -> impl Strategy<Value = Happening> {
    let often = prop_oneof![
        Just(Input::Opened),
        Just(Input::Decoded),
        Just(Input::DecodeFailed),
        Just(Input::Lost(Loss::BrowserReconnects)),
        Just(Input::Lost(Loss::Reestablish)),
        any_body_end(),
        Just(Input::Comment),
    ];
    let network = prop_oneof![Just(Input::Online), Just(Input::Offline)];
    let odd = prop_oneof![
        3 => any_span().prop_map(Input::Retry),
        1 => any_relayed().prop_map(Input::Relayed),
        1 => Just(Input::Decided(Decision::AsProposed)),
    ];
    prop_oneof![
        9 => often.prop_map(Happening::Input),
        8 => any_event(),
        3 => any_unlistened(),
        4 => any_failure(),
        3 => network.prop_map(Happening::Input),
        2 => odd.prop_map(Happening::Input),
        1 => Just(Happening::TrackIds),
        3 => (0u64..60_000).prop_map(|ms| Time(Span::from_millis(ms))),
        6 => Just(Deadline),
        1 => any_span().prop_map(Sleep),
        1 => any_ending().prop_map(Happening::Input),
    ]
}

/// What a server can do, and a clock.
pub(super) fn any_behaviour() -> impl Strategy<Value = Happening> {
    let retry = prop_oneof![Just(Span::ZERO), any_span()];
    let retry = retry.prop_map(|time| Happening::Input(Input::Retry(time)));
    let time = (0u64..20).prop_map(|ms| Time(Span::from_millis(ms)));
    prop_oneof![
        4 => Just(HUNG_UP),
        4 => Just(Deadline),
        2 => prop_oneof![Just(OPENED), Just(plain_event()), Just(given_up())],
        2 => prop_oneof![retry, time],
    ]
}

impl Bench {
    /// Tells of it, without polling.
    pub(super) fn tell(&mut self, happening: &Happening) {
        let input = match happening {
            Happening::Input(input) => input.clone(),
            Happening::Event {
                id,
                id_field,
                terminal,
            } => {
                let event = ReceivedEvent {
                    last_event_id: Some(id),
                    id_field: *id_field,
                    terminal: *terminal,
                };
                let now = self.now;
                if self.session.event(event, || now) == EventOutcome::Deliver {
                    // As if it were polled.
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

    /// Tells of it, and polls.
    pub(super) fn play(&mut self, happening: &Happening) -> Vec<Output> {
        self.tell(happening);
        self.outputs()
    }
}
