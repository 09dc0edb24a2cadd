// @ts-check

/** A number that is made of a text, by which texts that differ are noticed. @param {string} text */
export function digestOf(text) {
  let digest = 0;
  for (let index = 0; index < text.length; index += 1) digest = (Math.imul(digest, 31) + text.charCodeAt(index)) >>> 0;
  return digest;
}
