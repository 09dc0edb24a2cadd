// @ts-check

/**
 * Sends JSON. Returns a sentence that says why the server did not take it, or `undefined` if it did.
 *
 * @param {string} url
 * @param {unknown} body
 * @returns {Promise<string | undefined>}
 */
export async function post(url, body) {
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    return answer.ok ? undefined : (await answer.text()).trim() || `The server refused: ${answer.status}`;
  } catch {
    return "The server cannot be reached. Nothing on this page is lost: try again.";
  }
}
