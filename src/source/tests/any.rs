//! `on_any`: events of whatever name.

use futures::{FutureExt, StreamExt};

use super::*;
use crate::{Error, Fetch};

fn over_fetch() -> EventSourceBuilder {
    EventSource::builder(URL).fetch(Fetch::new())
}

impl Journal {
    /// A callback that writes `label`, the name and the data.
    fn any(&self, label: &'static str) -> impl FnMut(Event<Text>) + 'static {
        let journal = self.clone();
        move |event| journal.write(format!("{label} {} {}", event.name(), event.data))
    }
}

#[test]
fn every_event_is_delivered_and_to_listeners_of_its_name_first() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = over_fetch().open().unwrap();
    let any = source.on_any(journal.any("any")).unwrap();
    let _on = source.on("a", journal.events("on")).unwrap();
    server.send_text("a", "1");
    server.send_with_id("b", "2", "7");
    assert_eq!(journal.take(), ["on 1", "any a 1", "any b 2"]);
    assert_eq!(source.last_event_id(), "7");
    drop(any);
    server.send_text("b", "3");
    server.send_text("a", "4");
    assert_eq!(journal.take(), ["on 4"]);
}

#[test]
fn the_browsers_own_source_refuses_to_listen_to_all_events() {
    let _server = FakeServer::new();
    let builder = || EventSource::builder(URL);
    for builder in [builder(), builder().shared(true)] {
        let source = builder.open().unwrap();
        let error = source.on_any(|_: Event<Text>| {}).unwrap_err();
        assert_eq!(error, Error::NeedsFetch);
        assert!(error.to_string().contains("use `fetch`"), "{error}");
        assert_eq!(source.events::<Feed>().unwrap_err(), Error::NeedsFetch);
        let refused = source.on_events(|_: Event<Feed>| {});
        assert_eq!(refused.unwrap_err(), Error::NeedsFetch);
    }
}

#[test]
fn a_listener_that_is_added_during_an_event_first_hears_the_next() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = over_fetch().open().unwrap();
    let added = Rc::new(RefCell::new(None));
    let (weak, pen, place) = (source.clone(), journal.clone(), Rc::clone(&added));
    let _first = source.on("a", move |_: Event<Text>| {
        let listener = weak.on_any(pen.any("any")).unwrap();
        let replaced = place.borrow_mut().replace(listener);
        drop(replaced);
    });
    server.send_text("a", "1");
    server.send_text("b", "2");
    assert_eq!(journal.take(), ["any b 2"]);
    drop(added.take());
}

#[test]
fn one_hint_names_the_first_event_that_nobody_listens_to() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = over_fetch().open().unwrap();
    let _errors = source.on_error(|_| {});
    let _on = source.on("Price", journal.events("on")).unwrap();
    server.send_text("Price", "1");
    assert!(server.clock().hints().is_empty());
    server.send_text("price", "2");
    server.lose();
    server.clock().advance(seconds(10));
    server.send_text("halt", "3");
    assert_eq!(
        server.clock().hints(),
        [r#"nobody listens to events called "price" of /stream (listened to: ["Price"])"#]
    );
    assert!(server.clock().reports().is_empty());
}

#[test]
fn a_source_that_listens_to_all_events_gives_no_hint() {
    let server = FakeServer::new();
    let source = over_fetch().open().unwrap();
    let _any = source.on_any(|_: Event<Text>| {}).unwrap();
    server.send_text("price", "1");
    assert!(server.clock().hints().is_empty());
}

#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum Feed {
    Price(f64),
    #[serde(other)]
    Other,
}

#[test]
fn an_enum_may_have_a_variant_for_all_other_names() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = over_fetch().open().unwrap();
    let pen = journal.clone();
    let _listener = source
        .on_events(move |event: Event<Feed>| {
            pen.write(format!("{} {:?}", event.name(), event.data));
        })
        .unwrap();
    let mut stream = source.events::<Feed>().unwrap();
    server.send_text("price", "1.5");
    server.send_text("halt", "{");
    assert_eq!(journal.take(), ["price Price(1.5)", "halt Other"]);
    let mut next = || stream.next().now_or_never().flatten().unwrap().unwrap();
    assert!(matches!(next().data, Feed::Price(1.5)));
    assert_eq!(next().name(), "halt");
}

#[test]
fn an_event_that_does_not_decode_is_reported() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = over_fetch().open().unwrap();
    let pen = journal.clone();
    let _errors = source.on_error(move |error| match error {
        Error::Decode(error) => pen.write(error.event().name()),
        error => panic!("{error}"),
    });
    let pen = journal.clone();
    let _any = source.on_any(move |event: Event<u32>| pen.write(event.data));
    server.send_text("a", "{");
    server.send_text("b", "2");
    assert_eq!(journal.take(), ["a", "2"]);
}

#[test]
fn a_listener_to_all_events_hears_events_after_a_reconnection_and_no_duplicates() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let source = over_fetch().deduplicate(5).open().unwrap();
    let _errors = source.on_error(|_| {});
    let _any = source.on_any(journal.any("any")).unwrap();
    server.send_with_id("a", "1", "1");
    server.lose();
    server.clock().advance(seconds(10));
    server.send_with_id("a", "1", "1");
    server.send_with_id("b", "2", "2");
    assert_eq!(journal.take(), ["any a 1", "any b 2"]);
    source.close();
    server.send_text("c", "3");
    assert!(source.on_any(journal.any("late")).is_ok());
    assert!(journal.take().is_empty());
}

#[test]
fn sources_that_share_a_connection_each_hear_every_event_once() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let [one, two] = [(); 2].map(|()| over_fetch().shared(true).open().unwrap());
    let on = one.on("a", journal.events("one on")).unwrap();
    let _one = one.on_any(journal.any("one")).unwrap();
    let second = two.on_any(journal.any("two")).unwrap();
    server.send_text("a", "1");
    server.send_text("b", "2");
    assert_eq!(
        journal.take(),
        ["one on 1", "one a 1", "two a 1", "one b 2", "two b 2"]
    );
    drop((on, second));
    server.send_text("a", "3");
    assert_eq!(journal.take(), ["one a 3"]);
    assert_eq!(server.attempts().len(), 1);
}

#[test]
fn a_sharer_that_listens_to_all_while_an_event_is_delivered_hears_every_later_event() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let [one, two] = [(); 2].map(|()| over_fetch().shared(true).open().unwrap());
    let added = Rc::new(RefCell::new(None));
    let (late, other, pen) = (Rc::clone(&added), two.clone(), journal.clone());
    let _one = one.on("x", move |_: Event<Text>| {
        let mut late = late.borrow_mut();
        if late.is_none() {
            *late = Some(other.on_any(pen.any("any")).unwrap());
        }
    });
    let _two = two.on("x", journal.events("on")).unwrap();
    server.send_text("x", "1");
    server.send_text("z", "2");
    server.send_text("x", "3");
    assert_eq!(
        journal.take(),
        ["on 1", "any x 1", "any z 2", "on 3", "any x 3"]
    );
    drop(added.take());
}

#[test]
fn sharers_may_stop_listening_while_an_event_is_delivered() {
    let (server, journal) = (FakeServer::new(), Journal::default());
    let [one, two] = [(); 2].map(|()| over_fetch().shared(true).open().unwrap());
    let dropped = Rc::new(RefCell::new(Vec::new()));
    let (pen, victims) = (journal.clone(), Rc::clone(&dropped));
    let on = one.on("a", move |event: Event<Text>| {
        pen.write(format!("one on {}", event.data));
        drop(victims.take());
    });
    let _one = one.on_any(journal.any("one")).unwrap();
    let _two = two.on("a", journal.events("two on")).unwrap();
    let second = two.on_any(journal.any("two")).unwrap();
    dropped.borrow_mut().extend([on.unwrap(), second]);
    server.send_text("a", "1");
    server.send_text("a", "2");
    assert_eq!(
        journal.take(),
        ["one on 1", "one a 1", "two on 1", "two on 2", "one a 2"]
    );
}
