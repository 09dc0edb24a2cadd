// @ts-check

/** The bytes of a text that `text_of` of `xtask/src/npm.rs` has written. @param {string} text */
export function bytesOf(text) {
  const bytes = [];
  let offset = 0;
  for (const character of text) {
    const value = character.charCodeAt(0) - 35;
    if (value < 0) offset = -92 * (value + 1);
    else {
      bytes.push(value + offset);
      offset = 0;
    }
  }
  return new Uint8Array(bytes);
}
