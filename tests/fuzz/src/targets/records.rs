//! Any bytes, in any chunks and with any limit, while names are listened to and no longer: JavaScript is told what the
//! model of the standard's text hears, whenever it goes back.

use crate::{
    model::{self, Said},
    page::{Page, decoded},
    parser::Parser,
    reading::{cut, read},
    stream::Heard,
};

/// Of one byte, of which streams that are made of any bytes have many.
const NAMES: [&str; 4] = ["message", "a", "\u{FFFD}", "é"];

/// What the page does after an event.
#[derive(Clone, Copy)]
enum Step {
    Nothing,
    GoBack,
    Listen(&'static str),
    Unlisten(&'static str),
}

pub fn check(input: &[u8]) {
    let Some((how, stream)) = input.split_first_chunk() else {
        return;
    };
    let [limit, first, second, steps @ ..]: [u8; 8] = *how;
    let chunks = cut(stream, &[first.into(), second.into()]);
    let limit = match limit {
        0 => usize::MAX,
        limit => limit.into(),
    };
    let steps = steps.map(Step::of);
    let (told, too_large) = told(&chunks, limit, &steps);
    let (heard, expected_too_large) =
        read(&mut Parser::new("".into(), limit), chunks.iter().copied());
    if limit == usize::MAX {
        assert_eq!(heard, model::read(stream));
    }
    assert_eq!(told, listened_to(heard, &steps));
    assert_eq!(too_large, expected_too_large.is_some());
}

impl Step {
    fn of(byte: u8) -> Self {
        let name = NAMES[usize::from(byte >> 2) % NAMES.len()];
        match byte % 4 {
            0 => Self::Nothing,
            1 => Self::GoBack,
            2 => Self::Listen(name),
            _ => Self::Unlisten(name),
        }
    }

    fn change(self, listened: &mut Vec<&str>) {
        match self {
            Self::Nothing | Self::GoBack => {}
            Self::Listen(name) if listened.contains(&name) => {}
            Self::Listen(name) => listened.push(name),
            Self::Unlisten(name) => listened.retain(|known| *known != name),
        }
    }
}

/// What came of a stream: the events that were told, what was set as the reconnection time, and the id at its end.
#[derive(Debug, PartialEq)]
struct Told {
    /// Name, data and id.
    events: Vec<(String, String, String)>,
    retry: Option<f64>,
    last_event_id: String,
}

fn told(chunks: &[&[u8]], limit: usize, steps: &[Step]) -> (Told, bool) {
    let mut page = Page::new("", limit);
    let mut listened = vec![NAMES[0]];
    page.listen(NAMES[0]);
    let mut steps = steps.iter().cycle();
    let (mut events, mut retry, mut too_large) = (vec![], None, false);
    for chunk in chunks {
        let read = page.read(chunk, |page| {
            let Some(&step) = steps.next() else {
                return false;
            };
            match step {
                Step::Nothing => return false,
                Step::GoBack => {}
                Step::Listen(name) if !listened.contains(&name) => page.listen(name),
                Step::Unlisten(name) => page.unlisten(name),
                Step::Listen(_) => {}
            }
            step.change(&mut listened);
            true
        });
        events.extend(read.into_iter().map(|(name, data, id, _)| (name, data, id)));
        retry = page.parser.take_retry().or(retry);
        too_large |= matches!(page.parser.heard(), Heard::TooLarge);
    }
    let told = Told {
        events,
        retry,
        last_event_id: decoded(&page.parser.last_event_id()),
    };
    (told, too_large)
}

/// The same of what the stream says in all.
fn listened_to(heard: model::Heard, steps: &[Step]) -> Told {
    let mut listened = vec![NAMES[0]];
    let mut steps = steps.iter().cycle();
    let (mut events, mut retry) = (vec![], None);
    for said in heard.items {
        match said {
            Said::Event {
                name,
                data,
                last_event_id,
            } if listened.contains(&name.as_str()) => {
                events.push((name, data, last_event_id));
                if let Some(step) = steps.next() {
                    step.change(&mut listened);
                }
            }
            Said::Retry(time) => retry = Some(time.as_secs_f64() * 1000.0),
            Said::Event { .. } | Said::Comment => {}
        }
    }
    Told {
        events,
        retry,
        last_event_id: heard.last_event_id,
    }
}
