//! Callbacks that do anything: any method from any callback, and panics, beside a [`model`] of who hears what in which
//! order.

mod model;
mod world;

use proptest::{collection::vec, prelude::*, sample::select, test_runner::FileFailurePersistence};

use model::Model;
use world::World;

/// What a callback may do, and whoever stands outside. Numbers count round what there is.
#[derive(Clone, Copy, Debug)]
enum Act {
    /// The server sends an event of this name.
    Send(usize),
    /// The server leaves an id out.
    Skip,
    /// The server answers.
    Open,
    Lose,
    /// The server answers with an error.
    Fail,
    /// Somebody listens to a source, to this name where that matters.
    Add(Kind, usize, usize),
    /// A listener or a stream is dropped.
    Drop(usize),
    Poll(usize),
    Close(usize),
    OpenSource,
    Panic,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Event,
    Gap,
    Error,
    State,
    Stream,
}

const NAMES: [&str; 2] = ["a", "b"];

/// How many times callbacks do something, so that it comes to an end.
const PLAYS: usize = 60;

/// What the callback with this number does when it is called for so many times.
fn script(scripts: &[Vec<Act>], callback: usize, call: usize) -> &[Act] {
    &scripts[(callback * 31 + call * 7) % scripts.len()]
}

/// The number of a source's rule, among those of the callbacks.
fn rule(source: usize) -> usize {
    1000 + source
}

fn any_act() -> impl Strategy<Value = Act> {
    let kind = select(vec![
        Kind::Event,
        Kind::Event,
        Kind::Gap,
        Kind::Error,
        Kind::State,
        Kind::Stream,
    ]);
    prop_oneof![
        10 => (0usize..2).prop_map(Act::Send),
        2 => Just(Act::Skip),
        3 => Just(Act::Open),
        5 => Just(Act::Lose),
        1 => Just(Act::Fail),
        10 => (kind, 0usize..3, 0usize..2).prop_map(|(kind, source, name)| Act::Add(kind, source, name)),
        5 => (0usize..12).prop_map(Act::Drop),
        4 => (0usize..12).prop_map(Act::Poll),
        1 => (0usize..3).prop_map(Act::Close),
        2 => Just(Act::OpenSource),
        1 => Just(Act::Panic),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("regressions"))),
        ..ProptestConfig::with_cases(2000)
    })]

    #[test]
    fn everybody_hears_what_the_model_says(
        acts in vec(any_act(), 1..60),
        scripts in vec(vec(any_act(), 0..4), 1..12),
    ) {
        let world = World::new(scripts.clone());
        let mut model = Model::new(scripts);
        for act in acts {
            world.play(act);
            model.play(act);
            prop_assert_eq!(&*world.journal(), &*model.journal, "after {:?}", act);
        }
        world.close_all();
        model.close_all();
        prop_assert_eq!(&*world.journal(), &*model.journal, "after the close");
        prop_assert_eq!(world.reports(), model.reports);
        prop_assert_eq!(world.left(), (0, 0), "no connection and no timer is left");
    }
}
