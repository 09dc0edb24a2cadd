//! Callbacks that do anything: any method from any callback, and panics, beside a [`model`] of who hears what in which
//! order. In browsers `tests/browser/reentry` does the same over real connections.

mod acts;
mod model;
mod world;

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    time::Duration,
};

use proptest::{collection::vec, prelude::*, sample::select, test_runner::FileFailurePersistence};

use super::{FakeServer, open_from};
use crate::{
    Backoff, CloseReason, Decision, Event, EventSource, EventStream, Listener, Policy, State, Text,
    testing::FakeClock,
};
use acts::{Act, NAMES, SOURCES, Setting, act_on_a_page, scripts_of};
use model::Model;
use world::{Stage, WAIT, World};

/// They go on from an id, so that the browser's own source is never replaced, which would lose it.
const START: u64 = 0;

/// Thrown on purpose, and past the hook that would tell of it.
struct Panicked;

/// A server that even callbacks tell what to do.
struct AtHand {
    server: FakeServer,
    is_fetch: bool,
}

impl Stage for AtHand {
    fn open(&self, _: usize, policy: Policy) -> EventSource {
        open_from(&self.server, self.is_fetch, &START.to_string(), |builder| {
            builder.policy(policy).deduplicate(1)
        })
    }

    fn act(&self, act: Act, last_id: u64) {
        let server = &self.server;
        match act {
            Act::Send(name) => {
                server.send_with_id(NAMES[name], &last_id.to_string(), &last_id.to_string());
            }
            Act::Open => server.open(),
            Act::Lose => server.lose(),
            Act::Fail => server.fail(503),
            Act::Reconnect => server.clock().advance(WAIT),
            Act::Panic => resume_unwind(Box::new(Panicked)),
            _ => {}
        }
    }
}

/// Does it from outside. A panic does not keep other timers from firing.
fn play(world: &World<AtHand>, clock: &FakeClock, act: Act) {
    try_to(|| world.act(act));
    while !try_to(|| clock.advance(Duration::ZERO)) {}
}

/// Whether nobody has panicked.
fn try_to(go: impl FnOnce()) -> bool {
    match catch_unwind(AssertUnwindSafe(go)) {
        Ok(()) => true,
        Err(panic) if panic.is::<Panicked>() => false,
        Err(panic) => resume_unwind(panic),
    }
}

fn any_setting() -> impl Strategy<Value = Setting> {
    let all = [(false, false), (false, true), (true, true)];
    let all = all.map(|(is_fetch, reopens)| Setting {
        is_fetch,
        reopens,
        served: SOURCES,
        start: Some(START),
        watched: None,
    });
    select(all.to_vec())
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

fn any_act() -> impl Strategy<Value = Act> {
    prop_oneof![40 => any_act_in_a_callback(), 5 => Just(Act::Reconnect)]
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("regressions"))),
        ..ProptestConfig::with_cases(2000)
    })]

    #[test]
    fn all_listeners_hear_what_the_model_says(
        setting in any_setting(),
        acts in vec(any_act(), 1..60),
        scripts in scripts_of(any_act_in_a_callback()),
    ) {
        let server = FakeServer::new();
        let clock = server.clock();
        let stage = AtHand { server: server.clone(), is_fetch: setting.is_fetch };
        let world = World::new(stage, setting.reopens, scripts.clone());
        let mut model = Model::new(setting, scripts);
        let every_close = (0..SOURCES).map(Act::Close);
        for act in acts.into_iter().chain(every_close) {
            play(&world, &clock, act);
            model.play(act);
            prop_assert_eq!(&*world.journal(), &*model.journal, "after {:?}", act);
        }
        prop_assert_eq!(clock.reports().len(), model.reports);
        let left = (server.connections(), clock.timers());
        prop_assert_eq!(left, (0, 0), "no connection and no timer is left");
    }
}
