//! The parser of an event stream, as JavaScript has it.

use alloc::vec::Vec;

use typed_eventsource_npm_parser::Stream;
use wasm_bindgen::prelude::wasm_bindgen;

/// As the [stream](Stream) has it. What it finds, JavaScript reads where it lies: in the
/// [`Records`](typed_eventsource_npm_parser::Records).
#[wasm_bindgen]
#[derive(Debug)]
pub struct Parser(Stream);

#[wasm_bindgen]
impl Parser {
    /// For a stream that goes on where another has ended.
    #[wasm_bindgen(constructor)]
    pub fn new(last_event_id: Vec<u8>, max_event_size: usize) -> Self {
        Self(Stream::new(last_event_id, max_event_size))
    }

    /// Listens to events of a name (0) and answers by which number they are told, listens no longer (1), goes back to
    /// where an event ends in the chunk (2), or goes on with another chunk, of which
    /// all ids are to be told where the number says so (3), and answers where the records lie.
    pub fn handle(&mut self, input: u32, bytes: Vec<u8>, number: usize) -> usize {
        match input {
            0 => return self.0.listen(bytes),
            1 => self.0.unlisten(&bytes),
            2 => self.0.go_back(number, &bytes),
            _ => {
                if number != 0 {
                    self.0.track_ids();
                }
                self.0.push(bytes);
            }
        }
        core::ptr::from_ref(self.0.records()) as usize
    }

    /// Finds the next events of the chunk and writes their records. Answers with their number, which is zero at its end.
    #[expect(
        clippy::should_implement_trait,
        reason = "JavaScript has no iterators over numbers"
    )]
    pub fn next(&mut self) -> usize {
        self.0.next()
    }
}
