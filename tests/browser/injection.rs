//! Ids, names and options that try to inject something: the server gets the very value, or an error refuses it at once.

use std::time::Duration;

use js_sys::Reflect;
use typed_eventsource::{Backoff, Policy, Text};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::Url;

use super::support::{Attempt, Heard, Script, builder, journal, listen, run};

fn resilient() -> Policy {
    let backoff = Backoff::new().initial(Duration::from_millis(10));
    Policy::resilient().backoff(backoff)
}

#[wasm_bindgen_test]
async fn any_text_in_a_resume_parameter_or_an_id_stays_one_parameter() {
    run(async || {
        for (name, id) in [
            ("since", "7&x=1#y"),
            ("a&b=c", "%00%0D%0A"),
            ("#?%26", "+ ?="),
            ("é 🦀", "日本🦀"),
            ("\r\nX-Evil: 1", "\u{1}\u{7F}"),
            ("\0", "7"),
        ] {
            let script = Script::put([
                Attempt::ending(&format!("retry: 10\nid: {id}\ndata: 1\n\n")),
                Attempt::answering(503),
                Attempt::sending(""),
            ])
            .await;
            let source = builder(format!("{}?other=1", script.url()))
                .policy(resilient())
                .resume_parameter(name)
                .open()
                .expect("a valid URL");
            let _messages: Heard<Text> = listen(&source, "message");
            let seen = script.seen_attempts(3).await;
            let path = &seen[2].path;
            assert!(path.bytes().all(|byte| byte.is_ascii_graphic()), "{path}");
            assert!(!seen[2].has_header("x-evil"));
            let url = Url::new(&format!("{}{path}", script.origin())).expect("a URL");
            assert_eq!(url.pathname(), script.path());
            let parameters = url.search_params();
            assert_eq!(parameters.get("other").as_deref(), Some("1"));
            assert_eq!(parameters.get(name).as_deref(), Some(id), "{path}");
            assert_eq!(path.matches('&').count(), 1, "{path}");
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn any_text_in_a_url_stays_a_part_of_its_path() {
    run(async || {
        for (rest, expected) in [
            (" HTTP/1.1\r\nX-Evil: 1\r\n\r\n", "%20HTTP/1.1X-Evil:%201"),
            ("a=\r\nX-Evil: 1é", "a=X-Evil:%201%C3%A9"),
            ("a=b#\r\nX-Evil: 1", "a=b"),
        ] {
            let script = Script::put([Attempt::sending("")]).await;
            let source = builder(format!("{}?{rest}", script.url())).open();
            let _source = source.expect("a URL");
            let seen = script.seen_attempts(1).await;
            assert_eq!(seen[0].path, format!("{}?{expected}", script.path()));
            assert!(!seen[0].has_header("x-evil"));
        }
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_url_of_another_scheme_runs_nothing() {
    run(async || {
        let source =
            builder("javascript:globalThis.injected=true").policy(Policy::close_on_error());
        if let Ok(source) = source.open() {
            let reason = source.closed().await;
            assert!(reason.error().is_some(), "{reason:?}");
        }
        let injected = Reflect::has(&js_sys::global(), &JsValue::from("injected"));
        assert_eq!(injected, Ok(false));
    })
    .await;
}

#[wasm_bindgen_test]
async fn events_may_have_the_names_of_a_javascript_objects_properties() {
    run(async || {
        for name in ["__proto__", "constructor", "toString", "<script>", "日本🦀"] {
            let text = format!("event: {name}\ndata: 1\n\n");
            let source = Script::put([Attempt::sending(&text)]).await.open();
            let mut heard = journal(&source, &[name]);
            assert_eq!(heard.take(1).await, ["open"], "{name}");
            assert_eq!(heard.next().await, format!("{name}: 1"));
        }
    })
    .await;
}
