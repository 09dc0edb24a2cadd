//! The decoding of events as the variants of enums.

use serde::Deserialize;

use super::{Variants, probe::names};
use crate::{DecodeError, Error, Event, Payload, Text, event::EventMeta};

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Feed {
    Price(f64),
    TradeHalt {
        symbol: String,
    },
    Pair(u8, String),
    #[serde(rename = "end of day")]
    Bye,
    #[serde(skip)]
    #[allow(dead_code, reason = "shows that a skipped variant is no name")]
    Internal,
}

fn feed(name: &str, data: &str) -> Result<Feed, DecodeError> {
    <Feed as Variants>::decode(&Event::new(data, name.into(), EventMeta::default()))
}

#[test]
fn the_names_are_those_that_serde_knows() {
    assert_eq!(
        names::<Feed>().unwrap(),
        ["price", "trade-halt", "pair", "end of day"]
    );
}

#[test]
fn an_alias_is_a_name_too() {
    #[derive(Deserialize)]
    enum Aliased {
        #[serde(alias = "old")]
        #[allow(dead_code, reason = "only its names are read")]
        New,
    }
    let names = names::<Aliased>().unwrap();
    assert!(
        names.contains(&"New") && names.contains(&"old"),
        "{names:?}"
    );
}

#[test]
fn a_catch_all_takes_any_other_name() {
    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "lowercase")]
    enum Open {
        Price(f64),
        #[serde(other)]
        Other,
    }
    let open = |name: &str, data| {
        <Open as Variants>::decode(&Event::new(data, name.into(), EventMeta::default()))
    };
    assert!(Open::has_catch_all());
    assert!(!Feed::has_catch_all());
    assert_eq!(open("price", "1.5").unwrap(), Open::Price(1.5));
    assert_eq!(open("halt", "{").unwrap(), Open::Other);
    assert!(open("price", "{").is_err());
}

#[test]
fn each_kind_of_variant_decodes() {
    assert_eq!(feed("price", "1.5").unwrap(), Feed::Price(1.5));
    assert_eq!(
        feed("trade-halt", r#"{"symbol":"ACME"}"#).unwrap(),
        Feed::TradeHalt {
            symbol: "ACME".into()
        }
    );
    assert_eq!(
        feed("pair", r#"[7,"x"]"#).unwrap(),
        Feed::Pair(7, "x".into())
    );
    assert_eq!(feed("end of day", "whatever").unwrap(), Feed::Bye);
}

#[test]
fn a_variant_can_hold_any_payload() {
    struct Percent(f32);

    impl Payload for Percent {
        type Error = std::num::ParseFloatError;

        fn decode(data: &str) -> Result<Self, Self::Error> {
            data.trim_end_matches('%').parse().map(Percent)
        }
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Feed {
        Line(#[serde(deserialize_with = "super::payload")] Text),
        Rate(#[serde(deserialize_with = "super::payload")] Percent),
        Note {
            #[serde(deserialize_with = "super::payload")]
            rate: Percent,
        },
        Json(Inner),
    }

    #[derive(Deserialize)]
    struct Inner(Vec<u8>);

    let feed = |name: &str, data: &str| {
        <Feed as Variants>::decode(&Event::new(data, name.into(), EventMeta::default()))
    };
    assert!(
        matches!(feed("line", "no \"json {"), Ok(Feed::Line(Text(text))) if text == "no \"json {")
    );
    assert!(matches!(feed("line", ""), Ok(Feed::Line(Text(text))) if text.is_empty()));
    assert!(matches!(feed("rate", "12.5%"), Ok(Feed::Rate(Percent(rate))) if rate == 12.5));
    assert!(
        matches!(feed("note", r#"{"rate":"12.5%"}"#), Ok(Feed::Note { rate: Percent(rate) }) if rate == 12.5)
    );
    assert!(matches!(feed("json", "[1,2]"), Ok(Feed::Json(Inner(numbers))) if numbers == [1, 2]));
    for (name, data) in [
        ("rate", "much"),
        ("note", r#"{"rate":12.5}"#),
        ("json", "[1,2] 3"),
    ] {
        assert_eq!(
            feed(name, data)
                .err()
                .map(|error| error.event().data.clone())
                .as_deref(),
            Some(data)
        );
    }
    let error = feed("rate", "much").err().expect("no number");
    assert!(error.to_string().contains("rate"), "{error}");
}

#[test]
fn data_that_does_not_fit_is_an_error_that_keeps_the_event() {
    for (name, data) in [
        ("price", "oops"),
        ("price", "1.5 2"),
        ("price", r#""1.5""#),
        ("trade-halt", "{}"),
        ("pair", "[7]"),
        ("pair", r#"[7,"x",1]"#),
        ("unknown", "1"),
    ] {
        let error = feed(name, data).unwrap_err();
        assert_eq!(error.event().name(), name);
        assert_eq!(error.event().data, data);
    }
}

#[test]
fn types_with_other_taggings_are_refused() {
    #[derive(Deserialize)]
    #[serde(tag = "type")]
    #[allow(dead_code, reason = "never made")]
    enum Tagged {
        A,
    }
    #[derive(Deserialize)]
    #[serde(untagged)]
    #[allow(dead_code, reason = "never made")]
    enum Untagged {
        A(u8),
    }
    for refused in [
        names::<Tagged>(),
        names::<Untagged>(),
        names::<u8>(),
        names::<Option<Feed>>(),
    ] {
        assert!(
            matches!(refused, Err(Error::NotAnEnum { .. })),
            "{refused:?}"
        );
    }
}

#[cfg(feature = "js")]
#[test]
fn an_enum_that_the_browser_reads_has_the_same_names_and_variants() {
    type JsFeed = crate::Js<Feed>;

    assert_eq!(JsFeed::names().unwrap(), Feed::names().unwrap());
    assert!(!JsFeed::has_catch_all());
    for (name, data) in [
        ("price", "1.5"),
        ("pair", r#"[7,"x"]"#),
        ("end of day", "{"),
    ] {
        let event = Event::new(data, name.into(), EventMeta::default());
        assert_eq!(
            <JsFeed as Variants>::decode(&event).unwrap().0,
            feed(name, data).unwrap()
        );
    }
    let event = Event::new("oops", "price".into(), EventMeta::default());
    let error = <JsFeed as Variants>::decode(&event).unwrap_err();
    assert_eq!(
        (error.event().name(), &*error.event().data),
        ("price", "oops")
    );
}
