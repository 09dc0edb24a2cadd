//! Ids that would be headers, and bytes that are not UTF-8.

use typed_eventsource::{Event, Text};
use wasm_bindgen_test::wasm_bindgen_test;

use super::super::support::{Attempt, Heard, Script, Step, id_as_sent, listen, run, send_bytes};

#[wasm_bindgen_test]
async fn line_ends_in_ids_do_not_make_headers() {
    run(async || {
        let unusual = "2\u{2028}X-Evil: 3\u{85}X-Evil: 4";
        let script = Script::put([
            Attempt::ending("retry: 10\nid: 1\rX-Evil: 1\r\nX-Evil: 2\ndata: 1\n\n"),
            Attempt::ending(&format!("id: {unusual}\ndata: 2\n\n")),
            Attempt::sending("data: 3\n\n"),
        ])
        .await;
        let mut numbers = listen::<u8>(&script.open(), "message");
        assert_eq!(numbers.take(3).await, [1, 2, 3]);
        let seen = script.seen().await;
        let ids: Vec<_> = seen
            .iter()
            .map(|attempt| attempt.header("last-event-id"))
            .collect();
        assert_eq!(ids, ["", "1", &id_as_sent(unusual)]);
        assert!(seen.iter().all(|one| !one.has_header("x-evil")));
    })
    .await;
}

#[wasm_bindgen_test]
async fn bytes_that_are_not_utf_8_are_replaced_everywhere() {
    const STREAM: &[u8] = b"\xffdata: not the name of a field\n\n\
        da\xc3ta: nor this\nretry\xff: 1\n\n\
        event: a\xff\ndata: 1\n\n\
        event: \xc3\r\ndata: \xf0\x9f\r\n\r\n\
        id: \xe2\x82\ndata: \xed\xa0\x80\xc0\xaf\n\n\
        data: end\n\n";
    run(async || {
        for size in [1, 3, STREAM.len()] {
            let chunks = STREAM.chunks(size).map(send_bytes);
            let steps: Vec<_> = chunks.chain([Step::Silence]).collect();
            let source = Script::put([Attempt::playing(steps)]).await.open();
            let (hear, mut heard) = Heard::new();
            let _listeners = ["message", "a\u{fffd}", "\u{fffd}"].map(|name| {
                let hear = hear.clone();
                source.on(name, move |event: Event<Text>| {
                    hear(format!(
                        "{}|{}|{}",
                        event.name(),
                        event.data,
                        event.last_event_id()
                    ));
                })
            });
            let expected = [
                "a\u{fffd}|1|",
                "\u{fffd}|\u{fffd}|",
                "message|\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}|\u{fffd}",
                "message|end|\u{fffd}",
            ];
            assert_eq!(heard.take(4).await, expected);
        }
    })
    .await;
}
