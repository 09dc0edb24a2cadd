//! Errors, and how sources end.

use std::time::Duration;

use futures::StreamExt;
use typed_eventsource::{CloseReason, Decision, Error, EventSource, Policy, State, Text};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    next_open, numbers, open_two, playing, run_in_each_way, run_in_each_way_over, shared,
    support::{
        Attempt, Script, Step, Transport, errors, is_refusal, journal, listen, send, states, stream,
    },
};

pub(super) fn impatient() -> Policy {
    Policy::browser().reconnection_time(Duration::from_millis(10))
}

#[wasm_bindgen_test]
async fn a_terminal_event_finishes_all_sources() {
    run_in_each_way(async || {
        let steps = [Step::Wait, send("event: bye\ndata: 7\n\n"), Step::Silence];
        let script = Script::put([playing(steps)]).await;
        let builder = || shared(&script).terminal_event("bye");
        let (sources, mut heard) = open_two(builder, |source| {
            (journal(source, &["bye"]), stream::<u32>(source, "bye"))
        })
        .await;
        script.release().await;
        for (source, (journal, stream)) in sources.iter().zip(&mut heard) {
            assert_eq!(source.closed().await, CloseReason::Finished);
            let told = ["open", "bye: 7", "closed: the server has finished"];
            assert_eq!(journal.rest().await, told);
            assert_eq!(stream.next().await.unwrap().unwrap().data, 7);
            assert!(stream.next().await.is_none());
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_failure_event_closes_all_sources_with_what_it_says() {
    run_in_each_way(async || {
        let steps = [
            Step::Wait,
            send("id: 3\nevent: oh\ndata: no\n\n"),
            Step::Silence,
        ];
        let script = Script::put([playing(steps)]).await;
        let (sources, _) = open_two(|| shared(&script).failure_event("oh"), |_| ()).await;
        script.release().await;
        for source in &sources {
            let CloseReason::Policy(Error::FailureEvent { event, .. }) = source.closed().await
            else {
                panic!("{:?}", source.state());
            };
            assert_eq!((event.name(), &*event.data), ("oh", "no"));
            assert_eq!(
                (event.last_event_id(), event.origin()),
                ("3", script.origin())
            );
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_refusal_closes_all_sources_with_the_same_error_as_a_source_that_is_not_shared() {
    run_in_each_way(async || {
        let refusal = Attempt::answering(404).header("x-reason", "gone");
        let script = Script::put([refusal]).await;
        let sources = [(); 2].map(|()| shared(&script).open().unwrap());
        let mut errors = sources.each_ref().map(errors);
        let alone = script.open();
        let CloseReason::Policy(expected) = alone.closed().await else {
            panic!("{:?}", alone.state());
        };
        assert!(is_refusal(&expected, 404));
        for (source, errors) in sources.iter().zip(&mut errors) {
            assert_eq!(source.closed().await, CloseReason::Policy(expected.clone()));
            assert_eq!(errors.rest().await, std::slice::from_ref(&expected));
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_loss_is_told_to_all_sources_as_to_one_that_is_not_shared() {
    run_in_each_way(async || {
        let script = || {
            Script::put([
                playing([Step::Wait, send("id: 1\ndata: 1\n\n"), Step::End]),
                Attempt::sending("id: 2\ndata: 2\n\n"),
            ])
        };
        let (script, other_script) = (script().await, script().await);
        let listen = |source: &EventSource| journal(source, &["message"]);
        let alone = other_script.open_with(impatient());
        let mut journals = vec![listen(&alone)];
        let builder = || shared(&script).policy(impatient());
        let (_sources, shared) = open_two(builder, listen).await;
        journals.extend(shared);
        while !matches!(alone.state(), State::Open { .. }) {
            next_open(&mut states(&alone)).await;
        }
        script.release().await;
        other_script.release().await;
        let mut told = Vec::new();
        for journal in &mut journals {
            let mut lines = Vec::new();
            while lines.last().is_none_or(|line| line != "message: 2") {
                let line = journal.next().await;
                lines.push(line.replace(&*other_script.url(), &script.url()));
            }
            told.push(lines);
        }
        assert!(
            told[0].iter().any(|line| line.starts_with("error: ")),
            "{told:?}"
        );
        assert_eq!(told[1], told[0]);
        assert_eq!(told[2], told[0]);
        assert_eq!(script.seen().await.len(), 2);
    })
    .await;
}

#[wasm_bindgen_test]
async fn an_event_that_does_not_decode_concerns_the_source_that_decodes() {
    run_in_each_way(async || {
        let text = "id: 1\ndata: x\n\nid: 2\ndata: 2\n\n";
        // Without a worker the first source has the connection, and the second needs another.
        let script = Script::put([
            playing([Step::Wait, send(text), Step::Silence]),
            Attempt::sending("id: 2\ndata: 2\n\n"),
        ])
        .await;
        let builder = || {
            let policy = Policy::browser().rule(|context| match context.error {
                Error::Decode(_) => Decision::Close,
                _ => Decision::AsProposed,
            });
            shared(&script).policy(policy)
        };
        let first = builder().open().unwrap();
        let _numbers = numbers(&first);
        next_open(&mut states(&first)).await;
        let second = builder().open().unwrap();
        let mut texts = listen::<Text>(&second, "message");
        next_open(&mut states(&second)).await;
        script.release().await;
        assert!(matches!(
            first.closed().await,
            CloseReason::Policy(Error::Decode(_))
        ));
        assert_eq!(texts.next().await.0, "x");
        assert_eq!(texts.next().await.0, "2");
        assert!(!second.state().is_closed());
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_state_of_an_open_source_has_the_head_of_the_response() {
    run_in_each_way_over(Transport::Fetch, async || {
        let script = Script::put([Attempt::sending(": hello\n\n")]).await;
        let (sources, _) = open_two(|| shared(&script), |_| ()).await;
        for source in &sources {
            let State::Open { response, .. } = source.state() else {
                panic!("{:?}", source.state());
            };
            let response = response.expect("the head of the response");
            assert_eq!((response.status(), response.url()), (200, &*script.url()));
            assert_eq!(response.header("content-type"), Some("text/event-stream"));
        }
    })
    .await;
}
