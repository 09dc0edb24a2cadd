//! The body that an attempt gets: events with garbage between them.

use bytes::Bytes;
use fastrand::Rng;

use super::{Ending, StreamQuery, plan::Plan};

/// The letters of the texts, each of one to four bytes.
const LETTERS: [&str; 8] = ["a", "Z", "é", "ß", "中", "€", "🦀", "😀"];
const LINE_ENDS: [&str; 3] = ["\n", "\r", "\r\n"];
/// The lines of an event that has no id and does not decode.
const BAD_EVENT: &[u8] = b"event: bad\ndata: {\"n\": 1, \"text\": \xff";
/// The longest name of a field, in bytes.
const LONGEST_NAME: usize = 70_000;

/// The body of the response to one attempt, and how it ends.
#[derive(Debug)]
pub(super) struct AttemptBody {
    /// Each chunk to send, with the milliseconds to wait before it.
    pub(super) chunks: Vec<(u64, Bytes)>,
    pub(super) ending: Ending,
    /// How many whole events the body has.
    pub(super) events: u64,
    /// How many of these events the client has already.
    pub(super) repeated: u64,
}

impl AttemptBody {
    /// The events from `first` on, up to where the plan cuts it off.
    pub(super) fn write(plan: Plan, first: u64, last: u64, query: &StreamQuery) -> Self {
        let Plan {
            cut,
            mut ending,
            mut dice,
            ..
        } = plan;
        let mut text = Vec::new();
        if dice.u8(0..10) == 0 {
            text.extend("\u{feff}".bytes());
        }
        text.extend(format!("retry: {}\n\n", dice.u8(1..20)).bytes());
        if query.bare && dice.u8(0..6) == 0 {
            text.extend(BAD_EVENT);
            text.extend(b"\n\n");
        }
        let (mut whole, mut repeated) = (0, 0);
        for id in first..=query.events {
            if dice.u8(0..3) == 0 {
                write_garbage(&mut text, &mut dice, query.bare || id > first);
            }
            write_event(&mut text, &mut dice, id);
            if text.len() > cut {
                break;
            }
            whole += 1;
            repeated += u64::from(id <= last);
        }
        if text.len() <= cut {
            text.extend(format!("event: done\nid: {}\ndata: null\n\n", query.events + 1).bytes());
        }
        if text.len() <= cut {
            ending = Ending::Done;
        }
        text.truncate(cut);
        Self {
            chunks: chunks(text.into(), &mut dice),
            ending,
            events: whole,
            repeated,
        }
    }
}

/// Cuts a text into chunks anywhere, also within a letter.
fn chunks(mut text: Bytes, dice: &mut Rng) -> Vec<(u64, Bytes)> {
    let mut chunks = Vec::new();
    while !text.is_empty() {
        let length = dice.usize(1..=text.len());
        chunks.push((dice.u64(0..3), text.split_to(length)));
    }
    chunks
}

/// The text in the data of an event, by which a client can tell whether the event is whole.
fn text_of(id: u64) -> String {
    let letters = LETTERS.len() as u64;
    let letter = |index| LETTERS[((id * 31 + index * 7) % letters) as usize];
    (0..id % 40).map(letter).collect()
}

fn write_event(to: &mut Vec<u8>, dice: &mut Rng, id: u64) {
    let end = LINE_ENDS[dice.usize(0..3)];
    let text = text_of(id);
    // An event has the same data each time it is sent: from other data a client concludes that the server counts from the
    // start again.
    let data = if id.is_multiple_of(3) {
        format!("data: {{\"n\":{id},{end}data:\"text\":\"{text}\"}}")
    } else {
        format!("data: {{\"n\":{id},\"text\":\"{text}\"}}")
    };
    let mut lines = vec![format!("id: {id}"), data];
    // Every other event has no name.
    if id.is_multiple_of(2) {
        lines.push("event: tick".into());
    }
    if dice.u8(0..4) == 0 {
        lines.push(": in between".into());
    }
    dice.shuffle(&mut lines);
    for line in lines {
        to.extend(line.bytes().chain(end.bytes()));
    }
    to.extend(end.bytes());
}

/// Writes what a parser has to ignore by the standard, or the event `bad`.
fn write_garbage(to: &mut Vec<u8>, dice: &mut Rng, may_be_event: bool) {
    let end = LINE_ENDS[dice.usize(0..3)].as_bytes();
    let garbage: &[u8] = match dice.u8(0..12) {
        0 => b": a comment",
        1 => b":",
        2 => b"unknown: field",
        3 => b"data-: x",
        4 => b": \xff\xfe\xc3( \xf0\x9f\xa6",
        5 => b"\xc3: \x80",
        6 => b"id: 99\x00",
        7 => b"\x00\x00: \x00",
        8 => "\u{feff}data: x".as_bytes(),
        9 => b"retry: 5 ms",
        10 => b"event: tick",
        _ if !may_be_event => b": no event",
        _ => BAD_EVENT,
    };
    to.extend(garbage);
    to.extend(end);
    if dice.u8(0..60) == 0 {
        let length = dice.usize(1..LONGEST_NAME);
        to.extend(std::iter::repeat_n(b'x', length));
        to.extend(end);
    }
    to.extend(end);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(events: u64) -> StreamQuery {
        StreamQuery {
            seed: 0,
            events,
            lossy: false,
            bare: true,
            last_event_id: None,
            is_redirect_target: false,
        }
    }

    /// A text that is not cut off.
    fn whole(seed: u64, first: u64, last: u64, events: u64) -> AttemptBody {
        let mut plan = Plan::new(seed, "a", 1);
        plan.cut = usize::MAX;
        AttemptBody::write(plan, first, last, &query(events))
    }

    fn bytes(text: &AttemptBody) -> Vec<u8> {
        let chunks = text.chunks.iter().map(|(_, chunk)| chunk.clone());
        chunks.collect::<Vec<_>>().concat()
    }

    #[test]
    fn the_number_of_an_event_decides_its_text() {
        assert_eq!(text_of(0), "");
        assert_eq!(text_of(3), "€中ß");
        assert_eq!(text_of(43), text_of(3));
    }

    #[test]
    fn a_whole_text_has_every_event_and_the_end() {
        for seed in 0..100 {
            let text = whole(seed, 3, 4, 50);
            assert_eq!((text.events, text.repeated), (48, 2));
            assert_eq!(text.ending, Ending::Done);
            let text = String::from_utf8_lossy(&bytes(&text)).into_owned();
            let ids = |id: u64| {
                let lines = text.split(['\r', '\n']);
                lines.filter(|line| *line == format!("id: {id}")).count()
            };
            assert!((3..=51).all(|id| ids(id) == 1));
            assert_eq!(ids(2), 0);
        }
    }

    #[test]
    fn only_a_bare_stream_may_begin_with_an_event_without_an_id() {
        let begins_with_bad = |bare| {
            (0..1000).any(|seed| {
                let mut plan = Plan::new(seed, "a", 1);
                plan.cut = usize::MAX;
                let text = AttemptBody::write(plan, 1, 0, &StreamQuery { bare, ..query(5) });
                let text = String::from_utf8_lossy(&bytes(&text)).into_owned();
                text.find("event: bad") < text.find("id: 1") && text.contains("event: bad")
            })
        };
        assert!(begins_with_bad(true) && !begins_with_bad(false));
    }

    #[test]
    fn a_text_is_cut_off_at_the_byte_that_the_plan_says() {
        for seed in 0..100 {
            let plan = Plan::new(seed, "a", 1);
            let (cut, ending) = (plan.cut, plan.ending);
            let text = AttemptBody::write(plan, 1, 0, &query(1000));
            assert_eq!(bytes(&text).len(), cut);
            assert_eq!(text.ending, ending);
            let all = bytes(&whole(seed, 1, 0, 1000));
            assert!(all.starts_with(&bytes(&text)));
        }
    }
}
