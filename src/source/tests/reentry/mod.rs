//! Callbacks that do anything: they call any method, also of the source that calls them, and panic. What the listeners hear, and in
//! which order, is compared with a [`model`].

mod acts;
mod model;
mod world;

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    rc::Rc,
    time::Duration,
};

use proptest::{collection::vec, prelude::*, test_runner::FileFailurePersistence};

use super::{FakeServer, open_from};
use acts::{Act, SOURCES, any_act, any_scripts, any_setting};
use model::Model;
use world::World;

/// A panic on purpose, which bypasses the panic hook.
struct Panicked;

/// Acts from outside of callbacks. A panic does not keep other timers from firing.
fn play(world: &Rc<World>, act: Act) {
    try_to(|| world.act(act));
    while !try_to(|| world.server.clock().advance(Duration::ZERO)) {}
}

/// Runs a function. Returns false if it panicked on purpose.
fn try_to(run: impl FnOnce()) -> bool {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(()) => true,
        Err(panic) if panic.is::<Panicked>() => false,
        Err(panic) => resume_unwind(panic),
    }
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
        scripts in any_scripts(),
    ) {
        let world = World::new(setting, scripts.clone());
        let server = &world.server;
        let mut model = Model::new(setting, scripts);
        let every_close = (0..SOURCES).map(Act::Close);
        for act in acts.into_iter().chain(every_close) {
            play(&world, act);
            model.play(act);
            prop_assert_eq!(&*world.journal(), &*model.journal, "after {:?}", act);
        }
        prop_assert_eq!(server.clock().reports().len(), model.reports);
        let left = (server.connections(), server.clock().timers());
        prop_assert_eq!(left, (0, 0), "no connection and no timer is left");
    }
}
