//! What a server's response says.

use std::sync::Arc;

use wasm_bindgen::JsValue;

use super::response_body::ResponseBody;
use crate::{
    ResponseHead,
    sys::{Entries, Response},
};

/// The parts of a response before its body. A response that a script has constructed has no URL; that of its request stands in.
pub(super) fn head_of(response: &Response, requested: &Arc<str>) -> Result<ResponseHead, JsValue> {
    let status = response.status()?.ok_or("it has no status")?;
    let url = response.url()?.filter(|url| !url.is_empty());
    let url = url.map_or_else(|| Arc::clone(requested), Arc::from);
    let redirected = response.redirected()?.unwrap_or_default();
    // A pair of texts is a text with a comma between them.
    let mut headers = Entries::collect(&response.headers()?.entries()?)?.join("\n")?;
    headers.push('\n');
    Ok(ResponseHead::from_parts(
        status as u16,
        url,
        redirected,
        headers,
    ))
}

/// The beginning of the body, of this many bytes at the most, as far as it arrived before its end or before the request was
/// aborted.
pub(super) async fn beginning_of(body: &mut ResponseBody, size: usize) -> String {
    let mut bytes = Vec::new();
    while bytes.len() < size
        && let Ok(Some(chunk)) = body.read().await
    {
        bytes.extend_from_slice(&chunk.to_vec());
    }
    bytes.truncate(size);
    text_of(bytes)
}

/// The text of these bytes, without a character that was cut at their end.
fn text_of(mut bytes: Vec<u8>) -> String {
    if let Err(error) = str::from_utf8(&bytes)
        && error.error_len().is_none()
    {
        bytes.truncate(error.valid_up_to());
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_no_character_that_was_cut() {
        assert_eq!(text_of("é".into()), "é");
        assert_eq!(text_of("é日".as_bytes()[..4].into()), "é");
        assert_eq!(text_of(vec![b'a', 0xff, b'b']), "a\u{fffd}b");
    }
}
