//! Decodes any data as each payload. The value has to be what the data stands for, or an error, and nothing may panic.

use std::collections::BTreeMap;

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::payload::{Bytes, Payload, Text};

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Order {
    id: u64,
    #[serde(default)]
    price: Option<f64>,
    side: Side,
    #[serde(flatten)]
    rest: BTreeMap<String, serde_json::Value>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(untagged)]
enum Side {
    Number(i64),
    Name(String),
    Both(i8, Box<Side>),
}

pub fn check(input: &[u8]) {
    assert_base64_round_trip(input);
    let data = String::from_utf8_lossy(input);
    assert_eq!(Text::decode(&data), Ok(Text(data.clone().into_owned())));
    let decoded = Bytes::decode(&data).ok().map(|bytes| bytes.0);
    assert_eq!(decoded, base64(&data));
    assert_exact(&data, u64::decode(&data).ok());
    assert_exact(&data, i64::decode(&data).ok());
    assert_json_round_trip::<serde_json::Value>(&data);
    assert_json_round_trip::<String>(&data);
    assert_json_round_trip::<Vec<Option<u8>>>(&data);
    assert_json_round_trip::<(i16, char)>(&data);
    assert_json_round_trip::<Order>(&data);
}

/// Asserts that bytes are decoded from base64 in lines of any width, with padding and without.
fn assert_base64_round_trip(bytes: &[u8]) {
    let encoded = BASE64_STANDARD.encode(bytes);
    let width = 1 + bytes.first().map_or(75, |&byte| usize::from(byte));
    let lines: Vec<_> = encoded
        .as_bytes()
        .chunks(width)
        .map(String::from_utf8_lossy)
        .collect();
    for data in [
        encoded.as_str(),
        encoded.trim_end_matches('='),
        &lines.join("\n"),
    ] {
        assert_eq!(Bytes::decode(data), Ok(Bytes(bytes.to_vec())), "{data:?}");
    }
}

/// A model of base64 (RFC 4648) that decodes bit by bit. It ignores white space, and padding may be missing.
fn base64(data: &str) -> Option<Vec<u8>> {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let data: String = data.split_ascii_whitespace().collect();
    let digits = data.trim_end_matches('=');
    let padding = data.len() - digits.len();
    let room = match digits.len() % 4 {
        0 => 0,
        2 => 2,
        3 => 1,
        _ => return None,
    };
    if padding > room {
        return None;
    }
    let mut bits = Vec::new();
    for digit in digits.chars() {
        let value = ALPHABET.find(digit)?;
        bits.extend((0..6).rev().map(|bit| value >> bit & 1));
    }
    let bytes = bits.chunks_exact(8);
    let left = bytes.remainder().iter().sum::<usize>();
    let byte = |bits: &[usize]| bits.iter().fold(0, |byte, &bit| byte << 1 | bit as u8);
    (left == 0).then(|| bytes.map(byte).collect())
}

/// Asserts that a decoded number has the same digits as the data.
fn assert_exact<T: ToString + PartialEq + std::str::FromStr>(data: &str, decoded: Option<T>) {
    let text = data.trim_matches([' ', '\n', '\r', '\t']);
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_integer = digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.is_empty()
        && (digits == "0" || !digits.starts_with('0'));
    let expected = is_integer.then(|| text.parse::<T>().ok()).flatten();
    if text != "-0" {
        assert!(decoded == expected, "{data:?}");
    }
}

/// Asserts that a decoded value, encoded again, decodes to the same value.
fn assert_json_round_trip<T>(data: &str)
where
    T: DeserializeOwned + Serialize + PartialEq + std::fmt::Debug + 'static,
{
    if let Ok(value) = T::decode(data) {
        let encoded = serde_json::to_string(&value).expect("it came from JSON");
        assert_eq!(T::decode(&encoded).ok(), Some(value), "{data:?}");
    }
}
