//! Callbacks that do anything, as in `src/source/tests/hostile`, whose model says what is to be heard. Here the
//! connections are real, and what happens on them is known beforehand: no callback tells the server what to do.

#[path = "../../../src/source/tests/hostile/acts.rs"]
#[expect(dead_code, reason = "nobody panics here")]
mod acts;
#[path = "../../../src/source/tests/hostile/model.rs"]
mod model;
mod plan;
#[path = "../../../src/source/tests/hostile/world.rs"]
mod world;

use std::{collections::BTreeMap, iter};

use proptest::{collection::vec, prelude::*, strategy::ValueTree, test_runner::TestRunner};
use typed_eventsource::{
    Backoff, CloseReason, Decision, Event, EventSource, EventStream, Listener, Policy, State, Text,
};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{
    Attempt, Console, Heard, Left, Observed, Script, Step, Transport, builder, next_data, run,
    send, stream,
};
use acts::{Act, Scripts, Setting, act_on_a_page, scripts_of};
use model::Model;
use plan::{Plan, SYNC, Turn, any_act};
use world::{Stage, World};

const RUNS: usize = 20;

/// A page whose first source is served; the others wait for an answer.
struct Page {
    served: String,
    silent: String,
}

impl Stage for Page {
    fn open(&self, number: usize, policy: Policy) -> EventSource {
        let url = if number == 0 {
            &self.served
        } else {
            &self.silent
        };
        let source = builder(url).policy(policy).deduplicate(1).open();
        source.expect("a valid URL")
    }

    fn act(&self, act: Act, _: u64) {
        unreachable!("{act:?} is planned");
    }
}

/// What tells that the source has come so far.
enum Sign {
    State(State),
    Sync,
}

impl Sign {
    fn is_of(&self, act: Act) -> bool {
        match (self, act) {
            (Self::State(state), _) if state.is_closed() => true,
            (Self::State(State::Open), Act::Open)
            | (Self::State(State::Connecting), Act::Reconnect) => true,
            (Self::Sync, Act::Send(name)) => name == SYNC,
            _ => false,
        }
    }
}

#[wasm_bindgen_test]
async fn everybody_hears_what_the_model_says() {
    let mut dice = TestRunner::deterministic();
    let acts = vec(any_act(), 1..40);
    let scripts = scripts_of(act_on_a_page());
    let mut any = move || {
        let acts = acts.new_tree(&mut dice).expect("acts").current();
        let scripts = scripts.new_tree(&mut dice).expect("scripts").current();
        (Plan::new(acts), scripts)
    };
    let runs: Vec<_> = iter::repeat_with(&mut any).take(RUNS).collect();
    run(async || {
        for (plan, scripts) in &runs {
            play(plan, scripts).await;
        }
    })
    .await;
}

async fn play(plan: &Plan, scripts: &Scripts) {
    let served = Script::put(plan.attempts()).await;
    let silent = Script::put([Attempt::hanging()]).await;
    let (observed, console) = (Observed::new(), Console::new());
    // A browser has six connections to a server, and the test needs its own.
    let page = Page {
        served: served.url(),
        silent: silent.url_on_second_origin(),
    };
    let world = World::new(page, true, scripts.clone());
    let mut model = Model::new(
        Setting {
            is_fetch: Transport::selected().is_fetch(),
            reopens: true,
            served: 1,
            start: None,
            watched: Some(SYNC),
        },
        scripts.clone(),
    );
    let source = world.source(0);
    let (hear, mut signs) = Heard::new();
    let hear_sync = hear.clone();
    let _states = source.on_state(move |state| hear(Sign::State(state.clone())));
    let _syncs = source.on("sync", move |_: Event<Text>| hear_sync(Sign::Sync));
    for turn in plan.turns() {
        turn.acts().iter().for_each(|act| model.play(*act));
        match turn {
            Turn::Page(act) => world.act(*act),
            Turn::Server(acts) if !source.state().is_closed() => {
                served.release().await;
                let last = *acts.last().expect("an act");
                while !signs.next().await.is_of(last) {}
            }
            Turn::Server(_) | Turn::Skip => {}
        }
        assert_eq!(
            *world.journal(),
            model.journal,
            "after {turn:?} of {plan:?}"
        );
    }
    let errors = console.errors();
    assert_eq!(errors.len(), model.reports, "{errors:#?}");
    assert_eq!(observed.left(), Left::NOTHING);
}

/// Some seven thousand come and some three thousand go, in any order, beside a list of those that are there.
#[wasm_bindgen_test]
async fn thousands_of_listeners_come_and_go() {
    const ROUNDS: usize = 4;
    let mut dice = TestRunner::deterministic();
    let steps = vec(
        (prop::bool::weighted(0.3), any::<prop::sample::Index>()),
        10_000,
    );
    let steps = steps.new_tree(&mut dice).expect("steps").current();
    run(async || {
        let rounds = [(); ROUNDS].map(|()| [Step::Wait, send("data\n\n")]);
        let script = Script::put([Attempt::playing(rounds.concat())]).await;
        let source = script.open();
        let mut rounds = stream::<Text>(&source, "message");
        let (hear, mut heard) = Heard::new();
        let mut listeners = BTreeMap::new();
        for (number, (goes, which)) in steps.iter().enumerate() {
            if *goes && !listeners.is_empty() {
                let which = listeners.keys().nth(which.index(listeners.len()));
                let which = *which.expect("a listener");
                listeners.remove(&which);
            } else {
                let hear = hear.clone();
                let listener = source.on("message", move |_: Event<Text>| hear(number));
                listeners.insert(number, listener.expect("a valid name"));
            }
            if (number + 1) % (steps.len() / ROUNDS) == 0 {
                script.release().await;
                next_data(&mut rounds).await;
                assert!(heard.so_far().iter().eq(listeners.keys()));
            }
        }
        listeners.clear();
        drop(hear);
        assert!(heard.rest().await.is_empty());
        source.close();
    })
    .await;
}
