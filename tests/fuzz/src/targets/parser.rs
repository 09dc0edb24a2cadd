//! Any bytes, in any chunks and with any limit: the parser hears what the model of the standard's text hears.

use crate::{
    model,
    parser::{Parser, TooLarge},
    reading::{cut, read},
};

pub fn check(input: &[u8]) {
    let Some((how, stream)) = input.split_first_chunk() else {
        return;
    };
    let [limit, sizes @ ..]: [u8; 4] = *how;
    let chunks = cut(stream, &sizes.map(usize::from));
    hears_what_the_model_hears(stream, &chunks);
    is_limited_wherever_it_is_cut(stream, &chunks, limit.into());
}

fn hears_what_the_model_hears(stream: &[u8], chunks: &[&[u8]]) {
    let (heard, too_large) = read_all(chunks, usize::MAX);
    assert_eq!(too_large, None);
    assert_eq!(heard, model::read(stream));
}

fn is_limited_wherever_it_is_cut(stream: &[u8], chunks: &[&[u8]], limit: usize) {
    assert_eq!(read_all(chunks, limit), read_all(&[stream], limit));
}

fn read_all(chunks: &[&[u8]], limit: usize) -> (model::Heard, Option<TooLarge>) {
    let mut parser = Parser::new("".into(), limit);
    read(&mut parser, chunks.iter().copied())
}
