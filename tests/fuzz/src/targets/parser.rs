//! Parses any bytes in any chunks with any limit. The parser has to read what the model of the standard's text reads.

use typed_eventsource_core::parser::{Parser, TooLarge};

use crate::{
    model,
    reading::{cut, read},
};

pub fn check(input: &[u8]) {
    let Some((parameters, stream)) = input.split_first_chunk() else {
        return;
    };
    let [limit, sizes @ ..]: [u8; 4] = *parameters;
    let chunks = cut(stream, &sizes.map(usize::from));
    assert_equals_model(stream, &chunks);
    assert_limited_alike(stream, &chunks, limit.into());
}

fn assert_equals_model(stream: &[u8], chunks: &[&[u8]]) {
    let (content, too_large) = read_all(chunks, usize::MAX);
    assert_eq!(too_large, None);
    assert_eq!(content, model::read(stream));
}

fn assert_limited_alike(stream: &[u8], chunks: &[&[u8]], limit: usize) {
    assert_eq!(read_all(chunks, limit), read_all(&[stream], limit));
}

fn read_all(chunks: &[&[u8]], limit: usize) -> (model::Content, Option<TooLarge>) {
    let mut parser = Parser::new("".into(), limit);
    read(&mut parser, chunks.iter().copied())
}
