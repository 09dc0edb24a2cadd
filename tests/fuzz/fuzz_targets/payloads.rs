#![no_main]

use libfuzzer_sys::fuzz_target;
use typed_eventsource_fuzz::targets::payloads::check;

fuzz_target!(|input: &[u8]| check(input));
