//! The acts of callbacks, and of code outside of callbacks.

use proptest::{collection::vec, prelude::*, sample::select};

/// What a callback may do, and also code outside of callbacks. Numbers are taken modulo the number of things that
/// exist.
#[derive(Clone, Copy, Debug)]
pub(super) enum Act {
    /// The server sends an event of this name.
    Send(usize),
    /// The server skips an id.
    Skip,
    /// The server answers.
    Open,
    Lose,
    /// The server answers with an error.
    Fail,
    /// The wait for another connection ends.
    Reconnect,
    /// A listener is added to a source: its kind, the source, and the name of its events, which only some kinds have.
    Add(Kind, usize, usize),
    /// A listener or a stream is dropped.
    Drop(usize),
    Poll(usize),
    Close(usize),
    OpenSource,
    Panic,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Event,
    Gap,
    Error,
    State,
    Stream,
}

/// The names of the events.
pub(super) const NAMES: [&str; 2] = ["a", "b"];

/// The largest number of sources.
pub(super) const SOURCES: usize = 3;

/// How many calls of callbacks act. Later calls do nothing, so that the test ends.
pub(super) const ACTING_CALLS: usize = 60;

/// The settings of the sources.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting {
    /// Whether they are over `fetch`, and see events that nobody listens to.
    pub(super) is_fetch: bool,
    /// Whether their policy opens another connection after a loss. Otherwise the browser does.
    pub(super) reopens: bool,
}

/// What each callback does.
#[derive(Clone, Debug)]
pub(super) struct Scripts(Vec<Vec<Act>>);

impl Scripts {
    /// The acts of the callback with this number at this call.
    pub(super) fn of(&self, callback: usize, call: usize) -> &[Act] {
        let Self(all) = self;
        &all[(callback * 31 + call * 7) % all.len()]
    }
}

/// The number of a source's rule, among the numbers of the callbacks.
pub(super) fn rule_number(source: usize) -> usize {
    1000 + source
}

pub(super) fn any_setting() -> impl Strategy<Value = Setting> {
    let all = [(false, false), (false, true), (true, true)];
    select(
        all.map(|(is_fetch, reopens)| Setting { is_fetch, reopens })
            .to_vec(),
    )
}

pub(super) fn any_scripts() -> impl Strategy<Value = Scripts> {
    vec(vec(any_act_in_a_callback(), 0..4), 1..12).prop_map(Scripts)
}

pub(super) fn any_act() -> impl Strategy<Value = Act> {
    prop_oneof![40 => any_act_in_a_callback(), 5 => Just(Act::Reconnect)]
}

fn any_act_in_a_callback() -> impl Strategy<Value = Act> {
    prop_oneof![
        10 => (0..NAMES.len()).prop_map(Act::Send),
        2 => Just(Act::Skip),
        3 => Just(Act::Open),
        5 => Just(Act::Lose),
        1 => Just(Act::Fail),
        1 => Just(Act::Panic),
        22 => act_on_a_page(),
    ]
}

/// The acts of a page, apart from the server's.
fn act_on_a_page() -> impl Strategy<Value = Act> {
    let kind = select(vec![
        Kind::Event,
        Kind::Event,
        Kind::Gap,
        Kind::Error,
        Kind::State,
        Kind::Stream,
    ]);
    prop_oneof![
        10 => (kind, 0..SOURCES, 0..NAMES.len())
            .prop_map(|(kind, source, name)| Act::Add(kind, source, name)),
        5 => (0usize..12).prop_map(Act::Drop),
        4 => (0usize..12).prop_map(Act::Poll),
        1 => (0..SOURCES).prop_map(Act::Close),
        2 => Just(Act::OpenSource),
    ]
}
