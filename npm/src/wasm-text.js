// @ts-check

/** The bytes of a text that `text_of` of `xtask/src/npm.rs` has written. @param {string} text */
export function bytesOf(text) {
  const bytes = [];
  let offset = 0;
  for (const character of text) {
    const code = character.charCodeAt(0);
    if (code < 35) offset = 92 * (34 - code);
    else {
      bytes.push(((code - 7) % 92) + offset);
      offset = 0;
    }
  }
  return new Uint8Array(bytes);
}
