//! The crate makes the same events of the same bytes as the browser's own source.

use std::cell::RefCell;

use typed_eventsource::{Event, Text};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{
    super::support::{
        Attempt, Heard, Script, Step, Transport, is_webkit, run_over, send, send_bytes,
    },
    run,
};

/// What a listener hears of an event: its name, its data and the last event id.
type HeardEvent = (String, String, String);

/// The event that shows that all bytes before it were read.
const END: &str = "\n\nevent: end\ndata\n\n";

const NAMES: [&str; 6] = ["message", "a", "é", " a", "Message", "end"];

/// The events that a source makes of these chunks.
async fn events(chunks: &[&[u8]]) -> Vec<HeardEvent> {
    let chunks = chunks.iter().map(|chunk| send_bytes(chunk));
    let steps: Vec<_> = chunks.chain([send(END), Step::Silence]).collect();
    let source = Script::put([Attempt::playing(steps)]).await.open();
    let (hear, mut heard) = Heard::new();
    let _listeners = NAMES.map(|name| {
        let hear = hear.clone();
        source.on(name, move |event: Event<Text>| {
            let id = event.last_event_id().to_owned();
            hear((event.name().to_owned(), event.data.0, id));
        })
    });
    let mut events = Vec::new();
    loop {
        let event = heard.next().await;
        if event.0 == "end" {
            return events;
        }
        events.push(event);
    }
}

/// Asserts that each of these streams gives the same events over both transports.
async fn assert_read_alike(streams: &[&[&[u8]]]) {
    for stream in streams {
        let over_each = RefCell::new(Vec::new());
        for &transport in Transport::ALL {
            run_over(transport, async || {
                let events = events(stream).await;
                over_each.borrow_mut().push(events);
            })
            .await;
        }
        let over_each = over_each.take();
        assert_eq!(over_each[0], over_each[1], "{stream:?}");
    }
}

#[wasm_bindgen_test]
async fn names_are_read_as_by_the_browser() {
    assert_read_alike(&[
        &[b"event: a\ndata: 1\n\ndata: 2\n\n"],
        &[b"event: a\nevent: \xc3\xa9\ndata: 1\n\n"],
        &[b"event: a\nevent\ndata: 1\n\n"],
        &[b"event:\ndata: 1\n\nevent: message\ndata: 2\n\n"],
        &[b"event:  a\ndata: 1\n\nevent: a \ndata: 2\n\n"],
        &[b"event: Message\ndata: 1\n\n"],
        &[b"event: a\n\ndata: 1\n\n"],
        &[b"event: a", b"\nda", b"ta: 1\n\n"],
    ])
    .await;
}

#[wasm_bindgen_test]
async fn ids_are_read_as_by_the_browser() {
    assert_read_alike(&[
        &[b"id: 1\ndata: 1\n\ndata: 2\n\nid\ndata: 3\n\n"],
        &[b"id: 1\nevent: nobody\ndata: x\n\ndata: 2\n\n"],
        &[b"id: 1\nid: 2\ndata: 1\n\nid: 3\nid\ndata: 2\n\n"],
        &[b"id:  a b \ndata: 1\n\nid: \xe6\x97\xa5\ndata: 2\n\n"],
        &[
            b"data: 1\nid: 1\n\nid: ",
            b"22",
            b"\r",
            b"\ndata: 2\r\n\r\n",
        ],
    ])
    .await;
}

#[wasm_bindgen_test]
async fn bytes_are_decoded_as_utf_8_as_by_the_browser() {
    assert_read_alike(&[
        &[b"\xef\xbb\xbfdata: 1\n\n"],
        &[b"\xef\xbb\xbf\xef\xbb\xbfdata: 1\n\ndata: 2\n\n"],
        &[b"data: \xef\xbb\xbf1\n\n"],
        &[b"\xef\xbbdata: 1\n\ndata: 2\n\n"],
        &[b"data: caf\xc3", b"\xa9 \xf0\x9f", b"\xa6\x80\n\n"],
        &[b"data: \xff\xfe\n\ndata: \xc3\n\n"],
        &[b"data: \xe6\x97", b"x\n\ndata: \xf0\x9f\xa6", b"\n\n"],
        &[b"data: \xed\xa0\x80\xc0\xaf\xf4\x90\x80\x80\n\n"],
    ])
    .await;
}

#[wasm_bindgen_test]
async fn a_byte_order_mark_in_parts_is_ignored_except_by_webkits_own_source() {
    for &transport in Transport::ALL {
        run_over(transport, async || {
            let events = events(&[b"\xef", b"\xbb", b"\xbfdata: 1\n\n"]).await;
            if is_webkit() && !transport.is_fetch() {
                assert_eq!(events, []);
            } else {
                assert_eq!(events, [("message".into(), "1".into(), String::new())]);
            }
        })
        .await;
    }
}

/// Asserts that the stream gives these events over `fetch`.
async fn assert_read_as(stream: &[u8], expected: &[(&str, &str, &str)]) {
    run(async || {
        let events = events(&[stream]).await;
        let heard = events
            .iter()
            .map(|(name, data, id)| (&**name, &**data, &**id));
        assert_eq!(heard.collect::<Vec<_>>(), expected);
    })
    .await;
}

/// Firefox's own source ignores an id without data.
#[wasm_bindgen_test]
async fn an_id_without_data_counts_as_the_standard_says() {
    assert_read_as(b"id: 1\n\ndata: 1\n\n", &[("message", "1", "1")]).await;
}

/// Firefox's own source drops the NUL.
#[wasm_bindgen_test]
async fn a_nul_in_data_is_kept_as_the_standard_says() {
    assert_read_as(b"data: a\0b\n\n", &[("message", "a\0b", "")]).await;
}

/// Firefox's own source takes the id up to the NUL.
#[wasm_bindgen_test]
async fn an_id_with_a_nul_is_ignored_as_the_standard_says() {
    assert_read_as(
        b"id: 1\ndata: 1\n\nid: 2\x003\ndata: 2\n\nid: 2\nid: \0\ndata: 3\n\n",
        &[
            ("message", "1", "1"),
            ("message", "2", "1"),
            ("message", "3", "2"),
        ],
    )
    .await;
}
