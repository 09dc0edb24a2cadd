//! Binary data, sent as base64.

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use super::Payload;

/// Binary data, which a server sends over an event stream as base64.
///
/// The standard alphabet, with or without padding; white space is skipped, since encoders that break lines make a
/// multi-line event. With the feature `gzip`, `gunzip` inflates it.
///
/// ```
/// use typed_eventsource::{Bytes, Payload};
///
/// assert_eq!(Bytes::decode("AAH/")?.0, [0, 1, 255]);
/// # Ok::<(), typed_eventsource::Base64Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Bytes(pub Vec<u8>);

/// Data that should be base64 is not.
///
/// ```
/// use typed_eventsource::{Bytes, Payload};
///
/// let error = Bytes::decode("not base64!").unwrap_err();
/// assert_eq!(error.to_string(), "invalid base64"); // `source()` says more
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid base64")]
pub struct Base64Error(#[source] base64::DecodeError);

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

impl Payload for Bytes {
    type Error = Base64Error;

    fn decode(data: &str) -> Result<Self, Base64Error> {
        let decoded = if data.contains(|c: char| c.is_ascii_whitespace()) {
            BASE64.decode(data.split_ascii_whitespace().collect::<String>())
        } else {
            BASE64.decode(data)
        };
        decoded.map(Self).map_err(Base64Error)
    }
}

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bad_base64_is_an_error() {
        for bad in ["A", "%%%%", "AAH/=A", "AA-_", "AAH/é"] {
            assert!(Bytes::decode(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn padding_may_be_left_out() {
        assert_eq!(Bytes::decode("AAE").map(|bytes| bytes.0), Ok(vec![0, 1]));
        assert_eq!(Bytes::decode("AAE=").map(|bytes| bytes.0), Ok(vec![0, 1]));
    }

    proptest! {
        #[test]
        fn any_bytes_survive_encoding_even_in_lines(bytes: Vec<u8>, width in 1usize..80) {
            let encoded = BASE64.encode(&bytes);
            prop_assert_eq!(&Bytes::decode(&encoded).expect("whole").0, &bytes);
            let lines: Vec<_> = encoded.as_bytes().chunks(width).map(String::from_utf8_lossy).collect();
            prop_assert_eq!(&Bytes::decode(&lines.join("\n")).expect("in lines").0, &bytes);
        }

        #[test]
        fn no_text_panics(text: String) {
            let _ = Bytes::decode(&text);
        }
    }
}
