//! A server that means harm. `cargo xtask hostile` does the same at full size, and measures.

pub(crate) mod answers;
pub(crate) mod bodies;
pub(crate) mod retries;

/// What the tests are written with: `after` waits for so long at least, `within` tells how many attempts were made in the
/// first so many milliseconds, as the server's clock has it, and `memoryGrowth` by how many bytes the memory of the wasm has
/// grown since.
///
/// The server notes an attempt before it answers, and no other is made before that: what waits between attempts is seen to
/// be no shorter than it is, however busy the machine.
const HELPERS: &str = r#"
    const { memory } = await import("/pkg/init.js");
    const before = memory().buffer.byteLength;
    const memoryGrowth = () => memory().buffer.byteLength - before;
    const after = async (ms) => (await fetch(await play({ steps: [{ pause: ms }] }))).text();
    const within = async (ms, url) => {
        const { attempts } = await seen(url, "attempts=1");
        return attempts.filter(({ opened_ms }) => opened_ms - attempts[0].opened_ms < ms).length;
    };
    const MiB = 2 ** 20;
    const base64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
    const bytesOf = (...parts) => new Uint8Array(parts.flatMap((part) => typeof part === "string" ? [...new TextEncoder().encode(part)] : part));
"#;
