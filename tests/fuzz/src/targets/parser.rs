//! Any bytes, in any chunks and with any limit: the parser reads what the model of the standard's text reads.

use typed_eventsource_core::parser::{Parser, TooLarge};

use crate::{
    model,
    reading::{cut, read},
};

pub fn check(input: &[u8]) {
    let Some((how, stream)) = input.split_first_chunk() else {
        return;
    };
    let [limit, sizes @ ..]: [u8; 4] = *how;
    let chunks = cut(stream, &sizes.map(usize::from));
    reads_what_the_model_reads(stream, &chunks);
    is_limited_wherever_it_is_cut(stream, &chunks, limit.into());
}

fn reads_what_the_model_reads(stream: &[u8], chunks: &[&[u8]]) {
    let (content, too_large) = read_all(chunks, usize::MAX);
    assert_eq!(too_large, None);
    assert_eq!(content, model::read(stream));
}

fn is_limited_wherever_it_is_cut(stream: &[u8], chunks: &[&[u8]], limit: usize) {
    assert_eq!(read_all(chunks, limit), read_all(&[stream], limit));
}

fn read_all(chunks: &[&[u8]], limit: usize) -> (model::Content, Option<TooLarge>) {
    let mut parser = Parser::new("".into(), limit);
    read(&mut parser, chunks.iter().copied())
}
