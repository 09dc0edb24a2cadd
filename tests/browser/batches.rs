//! Batches of events in a browser, which has frames, or has none.

use futures::StreamExt;
use typed_eventsource::{BatchOptions, Event, EventSource};
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Attempt, Heard, Script, Step, StoppedFrames, frame_time, run, send};

const FLOOD: u32 = 20_000;

fn flood() -> Attempt {
    let flood = Step::Repeat {
        times: FLOOD,
        send: "data: {n}\n\n",
    };
    // The end of the response is the end of the last batch.
    Attempt::playing([flood, send("event: bye\ndata\n\n"), Step::Silence])
}

/// What a batch had, and the time of its frame.
type Batch = (Vec<u32>, Option<f64>);

fn listen(source: &EventSource) -> Heard<Batch> {
    let (hear, heard) = Heard::new();
    // A batch that is large does not wait for a frame.
    let options = BatchOptions::per_frame().most(usize::MAX);
    let listener = source.on_batch("message", options, move |events: Vec<Event<u32>>| {
        let numbers = events.iter().map(|event| event.data).collect();
        hear((numbers, frame_time()));
    });
    listener.expect("a valid name").forget();
    heard
}

#[wasm_bindgen_test]
async fn a_listener_gets_a_flood_once_a_frame_with_none_missing() {
    run(async || {
        let script = Script::put([flood()]).await;
        let builder = script.builder().terminal_event("bye");
        let source = builder.open().expect("a valid URL");
        let mut batches = listen(&source).rest().await;
        // The end does not wait for a frame.
        let last = batches.pop();
        let times: Vec<_> = batches.iter().filter_map(|(_, time)| *time).collect();
        assert!(
            times.is_sorted_by(|earlier, later| earlier < later),
            "{times:?}"
        );
        let numbers = batches.into_iter().chain(last);
        let numbers: Vec<_> = numbers.flat_map(|(numbers, _)| numbers).collect();
        assert_eq!(numbers, (0..FLOOD).collect::<Vec<_>>());
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_stream_gets_a_flood_with_none_missing() {
    run(async || {
        let script = Script::put([flood()]).await;
        let builder = script.builder().terminal_event("bye");
        let source = builder.open().expect("a valid URL");
        let mut stream = source
            .batches::<u32>("message", BatchOptions::per_frame())
            .expect("a valid name");
        let mut numbers = Vec::new();
        while let Some(item) = stream.next().await {
            let events = item.expect("events, not an error");
            numbers.extend(events.iter().map(|event| event.data));
        }
        assert_eq!(numbers, (0..FLOOD).collect::<Vec<_>>());
        assert_eq!(stream.dropped(), 0);
    })
    .await;
}

#[wasm_bindgen_test]
async fn where_frames_have_stopped_a_batch_comes_all_the_same() {
    run(async || {
        let _frames = StoppedFrames::begin();
        let source = Script::put([Attempt::sending("data: 1\n\n")]).await.open();
        assert_eq!(listen(&source).next().await.0, [1]);
        source.close();
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_hidden_page_waits_for_no_frame() {
    run(async || {
        let frames = StoppedFrames::with_hidden_page();
        let source = Script::put([Attempt::sending("data: 1\n\n")]).await.open();
        assert_eq!(listen(&source).next().await.0, [1]);
        if frame_time().is_some() {
            assert_eq!(frames.requests(), 0);
        }
        source.close();
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_listener_that_is_dropped_leaves_no_frame_that_calls_it() {
    run(async || {
        let source = Script::put([Attempt::sending("data: 1\n\n")]).await.open();
        let (hear, mut heard) = Heard::new();
        let options = BatchOptions::per_frame();
        let batches = source.on_batch("message", options, move |_: Vec<Event<u32>>| hear(()));
        let mut batches = Some(batches.expect("a valid name"));
        let events = source.on("message", move |_: Event<u32>| drop(batches.take()));
        events.expect("a valid name").forget();
        let mut others = listen(&source);
        others.next().await;
        assert_eq!(heard.rest().await, []);
        source.close();
    })
    .await;
}
