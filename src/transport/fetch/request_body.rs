//! The body of a request.

use wasm_bindgen::JsValue;

/// The body of a request: text, bytes, or anything else that the browser's `fetch` accepts, a `FormData` for instance.
/// A `ReadableStream` is not accepted, since each attempt sends the body again.
///
/// ```
/// use typed_eventsource::{Body, Fetch};
///
/// let fetch = Fetch::post().body(Body::from("watch=ACME"));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Body(BodyKind);

#[derive(Clone, Debug, PartialEq)]
enum BodyKind {
    Text(String),
    Bytes(Vec<u8>),
    Js(JsValue),
}

impl Body {
    pub(crate) fn to_js(&self) -> JsValue {
        match &self.0 {
            BodyKind::Text(text) => JsValue::from_str(text),
            BodyKind::Bytes(bytes) => js_sys::Uint8Array::from(bytes.as_slice()).into(),
            BodyKind::Js(value) => value.clone(),
        }
    }

    #[cfg(feature = "tabs")]
    pub(crate) fn is_text(&self) -> bool {
        matches!(self.0, BodyKind::Text(_))
    }

    /// The bytes, if it is text or bytes.
    #[cfg(any(test, feature = "testing"))]
    pub(super) fn bytes(&self) -> &[u8] {
        match &self.0 {
            BodyKind::Text(text) => text.as_bytes(),
            BodyKind::Bytes(bytes) => bytes,
            BodyKind::Js(_) => &[],
        }
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Self(BodyKind::Text(text))
    }
}

impl From<&str> for Body {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Self(BodyKind::Bytes(bytes))
    }
}

impl From<&[u8]> for Body {
    fn from(bytes: &[u8]) -> Self {
        bytes.to_owned().into()
    }
}

impl From<JsValue> for Body {
    fn from(value: JsValue) -> Self {
        Self(BodyKind::Js(value))
    }
}
