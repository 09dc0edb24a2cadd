//! Decompression by the browser's own `DecompressionStream`.

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{ReadableStreamDefaultReader, ReadableStreamReadResult, WritableStreamDefaultWriter};

use crate::{
    Bytes,
    sys::{DecompressionStream, exception_message},
    yielder::Yielder,
};

/// How many compressed bytes are inflated at once. Browsers inflate everything that they are given before any of it can
/// be read, and it may be a thousand times as large.
const SLICE: usize = 1024;

/// Compressed data could not be inflated.
///
/// ```
/// use typed_eventsource::GunzipError;
///
/// let error = GunzipError::TooLarge { limit: 1024 };
/// assert_eq!(error.to_string(), "the data inflates to more than 1024 bytes");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GunzipError {
    /// The data is not gzip, is cut short, or has a wrong checksum.
    #[error("the data is no whole gzip file: {message}")]
    Corrupt {
        /// What the browser says about it.
        message: String,
    },
    /// The data inflates to more than the limit.
    #[error("the data inflates to more than {limit} bytes")]
    TooLarge {
        /// The limit that was given, in bytes.
        limit: usize,
    },
    /// The browser has no `DecompressionStream`.
    #[error("this JavaScript environment has no DecompressionStream")]
    Unsupported,
}

impl Bytes {
    /// Inflates gzip, off the main thread if the browser can.
    ///
    /// The result has at most `limit` bytes: a few compressed bytes can stand for gigabytes. At most a megabyte beyond
    /// the limit is inflated, and the page stays responsive. Dropping the future cancels the work.
    ///
    /// # Errors
    ///
    /// [`GunzipError::Corrupt`] if the data is not gzip or not complete, [`GunzipError::TooLarge`] beyond the limit,
    /// [`GunzipError::Unsupported`] if the environment cannot inflate.
    ///
    /// ```
    /// # use typed_eventsource::{Bytes, Event, GunzipError};
    /// async fn page(event: Event<Bytes>) -> Result<String, GunzipError> {
    ///     let bytes = event.data.gunzip(1 << 20).await?;
    ///     Ok(String::from_utf8_lossy(&bytes.0).into_owned())
    /// }
    /// ```
    pub async fn gunzip(&self, limit: usize) -> Result<Bytes, GunzipError> {
        let inflating =
            Inflating::start(&self.0).map_err(|error| match error.dyn_ref::<js_sys::Error>() {
                Some(error) if error.name() == "ReferenceError" => GunzipError::Unsupported,
                _ => corrupt(&error),
            })?;
        let mut yielder = Yielder::new();
        let mut inflated = Vec::new();
        while let Some(chunk) = inflating
            .next_chunk()
            .await
            .map_err(|error| corrupt(&error))?
        {
            if chunk.length() as usize > limit - inflated.len() {
                return Err(GunzipError::TooLarge { limit });
            }
            inflated.extend_from_slice(&chunk.to_vec());
            if yielder.is_late() {
                yielder.yield_now().await;
            }
        }
        Ok(Bytes(inflated))
    }
}

/// A running decompression. Dropping it cancels it.
struct Inflating(ReadableStreamDefaultReader);

impl Inflating {
    fn start(bytes: &[u8]) -> Result<Self, JsValue> {
        let inflater = DecompressionStream::new("gzip")?;
        let writer = inflater.writable().get_writer()?;
        spawn_local(feed(writer, bytes.to_vec()));
        Ok(Self(inflater.readable().get_reader().unchecked_into()))
    }

    async fn next_chunk(&self) -> Result<Option<js_sys::Uint8Array>, JsValue> {
        let result: ReadableStreamReadResult =
            JsFuture::from(self.0.read()).await?.unchecked_into();
        if result.get_done().unwrap_or_default() {
            return Ok(None);
        }
        Ok(Some(result.get_value().unchecked_into()))
    }
}

impl Drop for Inflating {
    fn drop(&mut self) {
        // A stream that has failed refuses to be cancelled, which does not matter.
        let cancelled = JsFuture::from(self.0.cancel());
        spawn_local(async move { drop(cancelled.await) });
    }
}

/// Writes slice after slice, each after the previous one was inflated and read. Errors surface on the readable side.
async fn feed(writer: WritableStreamDefaultWriter, bytes: Vec<u8>) {
    for slice in bytes.chunks(SLICE) {
        let slice = js_sys::Uint8Array::from(slice);
        if JsFuture::from(writer.write_with_chunk(&slice))
            .await
            .is_err()
        {
            return;
        }
    }
    let _ = JsFuture::from(writer.close()).await;
}

fn corrupt(error: &JsValue) -> GunzipError {
    GunzipError::Corrupt {
        message: exception_message(error),
    }
}
