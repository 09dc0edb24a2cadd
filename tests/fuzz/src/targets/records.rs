//! Parses any bytes in any chunks with any limit, while listeners of names are added and removed. The events that JavaScript
//! gets have to be those of the model of the standard's text, also after it has gone back in a chunk.

use typed_eventsource_core::parser::{Item, Parser};
use typed_eventsource_npm_parser::js_reader::{Event, JsReader, decoded};

use crate::{
    model::{self, OwnedItem},
    reading::cut,
};

/// Names of one byte, since random streams have many events with such names.
const NAMES: [&str; 4] = ["message", "a", "\u{FFFD}", "é"];

/// What JavaScript does after an event.
#[derive(Clone, Copy)]
enum Step {
    Nothing,
    GoBack,
    Listen(&'static str),
    Unlisten(&'static str),
    TrackIds,
}

pub fn check(input: &[u8]) {
    let Some((parameters, stream)) = input.split_first_chunk() else {
        return;
    };
    let [limit, first, second, steps @ ..]: [u8; 8] = *parameters;
    let chunks = cut(stream, &[first.into(), second.into()]);
    let limit = match limit {
        0 => usize::MAX,
        limit => limit.into(),
    };
    let steps = steps.map(Step::of);
    let parsed = parse(&chunks, limit);
    if limit == usize::MAX {
        assert_eq!(parsed.content(), model::read(stream));
    }
    assert_eq!(
        received_by_js(&chunks, limit, &steps),
        parsed.expected_for_js(&steps)
    );
}

impl Step {
    fn of(byte: u8) -> Self {
        let name = NAMES[usize::from(byte / 5) % NAMES.len()];
        match byte % 5 {
            0 => Self::Nothing,
            1 => Self::GoBack,
            2 => Self::Listen(name),
            3 => Self::Unlisten(name),
            _ => Self::TrackIds,
        }
    }

    fn change(self, listened: &mut Vec<&str>) {
        match self {
            Self::Nothing | Self::GoBack | Self::TrackIds => {}
            Self::Listen(name) if listened.contains(&name) => {}
            Self::Listen(name) => listened.push(name),
            Self::Unlisten(name) => listened.retain(|known| *known != name),
        }
    }
}

/// What JavaScript gets of a stream.
#[derive(Debug, PartialEq)]
struct Received {
    events: Vec<Event>,
    /// In milliseconds; at most some 49 days.
    retry: Option<u32>,
    last_event_id: String,
    too_large: bool,
}

fn received_by_js(chunks: &[&[u8]], limit: usize, steps: &[Step]) -> Received {
    let mut reader = JsReader::new("", limit);
    let mut listened = vec![NAMES[0]];
    reader.listen(NAMES[0]);
    let mut steps = steps.iter().cycle();
    let (mut events, mut retry, mut too_large) = (vec![], None, false);
    for chunk in chunks {
        events.extend(reader.read(chunk, |reader| {
            let Some(&step) = steps.next() else {
                return false;
            };
            match step {
                Step::Nothing => return false,
                Step::GoBack => {}
                Step::Listen(name) if !listened.contains(&name) => reader.listen(name),
                Step::Unlisten(name) => reader.unlisten(name),
                Step::Listen(_) => {}
                Step::TrackIds => reader.stream.track_ids(),
            }
            step.change(&mut listened);
            true
        }));
        retry = reader.take_retry().or(retry);
        too_large |= reader.is_too_large();
    }
    Received {
        events,
        retry,
        last_event_id: decoded(reader.stream.last_event_id()),
        too_large,
    }
}

/// Everything that the parser finds in a stream.
struct ParsedStream {
    /// The items, each with whether it is an event with an `id` field.
    items: Vec<(OwnedItem, bool)>,
    last_event_id: String,
    too_large: bool,
}

fn parse(chunks: &[&[u8]], limit: usize) -> ParsedStream {
    let mut parser: Parser = Parser::new(vec![], limit);
    let (mut items, mut too_large) = (vec![], false);
    for chunk in chunks {
        let mut found = parser.parse(chunk);
        while let Some(item) = found.next() {
            match item {
                Ok(Item::Event(frame)) => {
                    let has_own_id = frame.has_own_id();
                    let event = OwnedItem::Event {
                        name: frame.name().into_owned(),
                        last_event_id: frame.last_event_id().to_string(),
                        data: frame.into_data().into_owned(),
                    };
                    items.push((event, has_own_id));
                }
                Ok(Item::Comment) => items.push((OwnedItem::Comment, false)),
                Ok(Item::Retry(time)) => items.push((OwnedItem::Retry(time), false)),
                Err(_) => too_large = true,
            }
        }
    }
    ParsedStream {
        items,
        last_event_id: parser.last_event_id().to_string(),
        too_large,
    }
}

impl ParsedStream {
    fn content(&self) -> model::Content {
        model::Content {
            items: self.items.iter().map(|(item, _)| item.clone()).collect(),
            last_event_id: self.last_event_id.clone(),
        }
    }

    /// What JavaScript has to receive: the events that it listens to, and whatever else changes its state.
    fn expected_for_js(self, steps: &[Step]) -> Received {
        let (mut listened, mut tracks_ids) = (vec![NAMES[0]], false);
        let mut steps = steps.iter().cycle();
        let (mut events, mut retry) = (vec![], None);
        for (item, has_own_id) in self.items {
            match item {
                OwnedItem::Event {
                    name,
                    data,
                    last_event_id: id,
                } => {
                    let is_listened_to = listened.contains(&name.as_str());
                    if is_listened_to {
                        events.push((name, data, id, has_own_id));
                    } else if tracks_ids && has_own_id {
                        events.push((String::new(), String::new(), id, true));
                    } else {
                        continue;
                    }
                    if let Some(step) = steps.next() {
                        tracks_ids |= matches!(step, Step::TrackIds);
                        step.change(&mut listened);
                    }
                }
                OwnedItem::Retry(time) => {
                    let milliseconds = time.as_nanos() / 1_000_000;
                    retry = Some(milliseconds.min(u64::from(u32::MAX) - 1) as u32);
                }
                OwnedItem::Comment => {}
            }
        }
        Received {
            events,
            retry,
            last_event_id: self.last_event_id,
            too_large: self.too_large,
        }
    }
}
