//! The parts of the browser that this crate binds directly, because web-sys has them only in some global scopes, not at
//! all, or in a form that costs more.

#[cfg(feature = "fetch")]
use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use web_sys::EventTarget;
#[cfg(any(feature = "fetch", feature = "gzip"))]
use web_sys::ReadableStream;
#[cfg(feature = "gzip")]
use web_sys::WritableStream;
#[cfg(feature = "fetch")]
use web_sys::{ReadableStreamGetReaderOptions, Request};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    pub(crate) fn performance_now() -> f64;
    #[wasm_bindgen(js_namespace = console, js_name = error)]
    pub(crate) fn console_error(text: &str);
    #[cfg(feature = "fetch")]
    #[wasm_bindgen(js_namespace = console, js_name = info)]
    pub(crate) fn console_info(text: &str);
    #[wasm_bindgen(js_name = setTimeout)]
    pub(crate) fn set_timeout(callback: &Closure<dyn FnMut()>, milliseconds: u32) -> JsValue;
    #[wasm_bindgen(js_name = clearTimeout)]
    pub(crate) fn clear_timeout(id: &JsValue);

    #[wasm_bindgen(catch, js_name = requestAnimationFrame)]
    pub(crate) fn request_animation_frame(
        callback: &Closure<dyn FnMut()>,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_name = cancelAnimationFrame)]
    pub(crate) fn cancel_animation_frame(id: &JsValue) -> Result<(), JsValue>;

    /// A window or a worker.
    pub(crate) type Global;
    #[wasm_bindgen(static_method_of = Global, js_class = "globalThis", getter, js_name = self)]
    pub(crate) fn scope() -> EventTarget;

    /// `None` where there is no origin.
    #[cfg(feature = "fetch")]
    #[wasm_bindgen(static_method_of = Global, js_class = "globalThis", getter, js_name = origin)]
    pub(crate) fn origin() -> Option<String>;

    /// A `SecurityPolicyViolationEvent`.
    pub(crate) type Violation;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn disposition(this: &Violation) -> Option<String>;
    #[wasm_bindgen(method, getter, js_name = blockedURI)]
    pub(crate) fn blocked_uri(this: &Violation) -> Option<String>;
    #[wasm_bindgen(method, getter, js_name = effectiveDirective)]
    pub(crate) fn effective_directive(this: &Violation) -> Option<String>;

    pub(crate) type Navigator;
    #[wasm_bindgen(catch, static_method_of = Navigator, js_class = "navigator", getter, js_name = onLine)]
    pub(crate) fn is_online() -> Result<Option<bool>, JsValue>;
    #[wasm_bindgen(catch, static_method_of = Navigator, js_class = "navigator", getter, js_name = userAgent)]
    pub(crate) fn user_agent() -> Result<String, JsValue>;

    pub(crate) type Document;
    #[wasm_bindgen(catch, static_method_of = Document, js_class = "document", getter, js_name = hidden)]
    pub(crate) fn is_hidden() -> Result<Option<bool>, JsValue>;

    /// A `PageTransitionEvent`.
    pub(crate) type PageTransition;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn persisted(this: &PageTransition) -> Option<bool>;

    pub(crate) type Location;
    #[wasm_bindgen(catch, static_method_of = Location, js_class = "location", getter)]
    pub(crate) fn href() -> Result<String, JsValue>;

    /// A `MessageEvent`, or an event that a page dispatches to a source by hand, which may lack any of these fields.
    /// One call fetches each string; a `JsValue` in between would double the cost.
    #[derive(Clone)]
    pub(crate) type Message;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn data(this: &Message) -> Option<String>;
    #[wasm_bindgen(method, getter, js_name = lastEventId)]
    pub(crate) fn last_event_id(this: &Message) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn origin(this: &Message) -> Option<String>;

    /// Whatever was thrown: it need not be an `Error`, nor an object.
    pub(crate) type Exception;
    #[wasm_bindgen(method, getter, catch)]
    pub(crate) fn name(this: &Exception) -> Result<Option<String>, JsValue>;
    #[wasm_bindgen(method, getter, catch)]
    pub(crate) fn message(this: &Exception) -> Result<Option<String>, JsValue>;

    /// Converts a value to text, as JavaScript does. An object can refuse.
    #[wasm_bindgen(catch, js_name = String)]
    pub(crate) fn text_of(value: &JsValue) -> Result<String, JsValue>;
}

/// The message of an exception, or its text if it has none.
pub(crate) fn exception_message(exception: &JsValue) -> String {
    let message = exception.unchecked_ref::<Exception>().message();
    let message = message.ok().flatten();
    message.unwrap_or_else(|| text_of(exception).unwrap_or_default())
}

#[cfg(feature = "fetch")]
#[wasm_bindgen]
extern "C" {
    /// Works in every global scope; web-sys has only the window's.
    #[wasm_bindgen(catch, js_name = fetch)]
    pub(crate) fn fetch(request: &Request) -> Result<JsValue, JsValue>;

    /// A `Response`, if `fetch` is the browser's: a page may have replaced it.
    #[derive(Clone, Debug)]
    pub(crate) type Response;

    #[wasm_bindgen(method, getter, catch)]
    pub(crate) fn status(this: &Response) -> Result<Option<f64>, JsValue>;
    #[wasm_bindgen(method, getter, catch)]
    pub(crate) fn url(this: &Response) -> Result<Option<String>, JsValue>;
    #[wasm_bindgen(method, getter, catch)]
    pub(crate) fn redirected(this: &Response) -> Result<Option<bool>, JsValue>;
    #[wasm_bindgen(method, getter, catch)]
    pub(crate) fn headers(this: &Response) -> Result<ResponseHeaders, JsValue>;
    #[wasm_bindgen(method, getter, catch)]
    pub(crate) fn body(this: &Response) -> Result<Option<ReadableStream>, JsValue>;

    pub(crate) type ResponseHeaders;

    #[wasm_bindgen(method, catch)]
    pub(crate) fn entries(this: &ResponseHeaders) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = Array)]
    pub(crate) type Entries;

    #[wasm_bindgen(catch, static_method_of = Entries, js_class = "Array", js_name = from)]
    pub(crate) fn collect(iterable: &JsValue) -> Result<Entries, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn join(this: &Entries, separator: &str) -> Result<String, JsValue>;

    #[wasm_bindgen(extends = ReadableStream, js_name = ReadableStream)]
    pub(crate) type Body;

    /// Throws if the body is locked or, in BYOB mode, if it is not a byte stream.
    #[wasm_bindgen(method, catch, js_name = getReader)]
    pub(crate) fn get_reader(
        this: &Body,
        options: &ReadableStreamGetReaderOptions,
    ) -> Result<Reader, JsValue>;

    pub(crate) type Reader;

    /// A default reader ignores the buffer.
    #[wasm_bindgen(method, catch)]
    pub(crate) fn read(this: &Reader, buffer: &Uint8Array) -> Result<JsValue, JsValue>;

    /// Any view of a buffer. It may throw if its buffer was transferred away.
    pub(crate) type View;

    #[wasm_bindgen(method, getter, catch)]
    pub(crate) fn buffer(this: &View) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, getter, catch, js_name = byteOffset)]
    pub(crate) fn byte_offset(this: &View) -> Result<f64, JsValue>;
    #[wasm_bindgen(method, getter, catch, js_name = byteLength)]
    pub(crate) fn byte_length(this: &View) -> Result<f64, JsValue>;

    #[wasm_bindgen(extends = Uint8Array, js_name = Uint8Array)]
    pub(crate) type ByteView;

    #[wasm_bindgen(constructor, catch, js_class = "Uint8Array")]
    pub(crate) fn new(buffer: &JsValue, offset: f64, length: f64) -> Result<ByteView, JsValue>;
}

#[cfg(feature = "gzip")]
#[wasm_bindgen]
extern "C" {
    /// A pair of streams. It is still unstable in web-sys, though browsers have had it since 2023.
    pub(crate) type DecompressionStream;

    #[wasm_bindgen(constructor, catch)]
    pub(crate) fn new(format: &str) -> Result<DecompressionStream, JsValue>;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn readable(this: &DecompressionStream) -> ReadableStream;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn writable(this: &DecompressionStream) -> WritableStream;
}
