//! A model of the parser: the standard's sentences, applied to a whole stream. The model is slow, but easy to compare with the
//! standard.

use std::prelude::v1::*;

use crate::Span;

/// The items of a stream, and the last event id after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) items: Vec<OwnedItem>,
    pub(super) last_event_id: String,
}

/// An item as the parser's `Item`, with owned values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum OwnedItem {
    Event {
        name: String,
        data: String,
        last_event_id: String,
    },
    Comment,
    Retry(Span),
}

#[derive(Default)]
struct Model {
    data_buffer: String,
    event_type_buffer: String,
    last_event_id_buffer: String,
    last_event_id: String,
    items: Vec<OwnedItem>,
}

/// Reads a stream from its start to its end.
pub(super) fn read(stream: &[u8]) -> Content {
    // "Streams must be decoded using the UTF-8 decode algorithm", which "strips one leading byte order mark, if any".
    let text = String::from_utf8_lossy(stream);
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text);
    // "Lines must be separated by either a CRLF pair, a single LF, or a single CR."
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut lines: Vec<&str> = text.split('\n').collect();
    // "Once the end of the file is reached, any pending data must be discarded."
    lines.pop();
    let mut model = Model::default();
    for line in lines {
        model.interpret(line);
    }
    Content {
        items: model.items,
        last_event_id: model.last_event_id,
    }
}

impl Model {
    fn interpret(&mut self, line: &str) {
        if line.is_empty() {
            self.dispatch();
        } else if line.starts_with(':') {
            // "Ignore the line." The parser reports it nevertheless.
            self.items.push(OwnedItem::Comment);
        } else if let Some((field, value)) = line.split_once(':') {
            self.process(field, value.strip_prefix(' ').unwrap_or(value));
        } else {
            self.process(line, "");
        }
    }

    fn process(&mut self, field: &str, value: &str) {
        match field {
            "event" => self.event_type_buffer = value.to_owned(),
            "data" => {
                self.data_buffer.push_str(value);
                self.data_buffer.push('\n');
            }
            "id" if !value.contains('\0') => self.last_event_id_buffer = value.to_owned(),
            "retry" if !value.is_empty() && value.chars().all(|c| c.is_ascii_digit()) => {
                let time = value.parse().unwrap_or(u64::MAX);
                self.items.push(OwnedItem::Retry(Span::from_millis(time)));
            }
            _ => {}
        }
    }

    fn dispatch(&mut self) {
        self.last_event_id = self.last_event_id_buffer.clone();
        let data = std::mem::take(&mut self.data_buffer);
        let event_type = std::mem::take(&mut self.event_type_buffer);
        if data.is_empty() {
            return;
        }
        let name = if event_type.is_empty() {
            "message".to_owned()
        } else {
            event_type
        };
        self.items.push(OwnedItem::Event {
            name,
            data: data.strip_suffix('\n').unwrap_or(&data).to_owned(),
            last_event_id: self.last_event_id.clone(),
        });
    }
}
