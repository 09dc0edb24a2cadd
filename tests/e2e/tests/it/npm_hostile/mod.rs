//! A server that means harm. `cargo xtask hostile` does the same at full size, and measures.

pub(crate) mod answers;
pub(crate) mod bodies;
pub(crate) mod retries;

/// What the tests are written with: `after` waits for so long, as the server's clock has it, and `memoryGrowth` tells by
/// how many bytes that of the wasm has grown since.
const HELPERS: &str = r#"
    const { memory } = await import("/pkg/init.js");
    const before = memory().buffer.byteLength;
    const memoryGrowth = () => memory().buffer.byteLength - before;
    const after = async (ms) => (await fetch(await play({ steps: [{ pause: ms }] }))).text();
    const MiB = 2 ** 20;
    const base64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
    const bytesOf = (...parts) => new Uint8Array(parts.flatMap((part) => typeof part === "string" ? [...new TextEncoder().encode(part)] : part));
"#;
