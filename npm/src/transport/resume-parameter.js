// @ts-check

/**
 * The URL of a request for the events after this id.
 *
 * @param {string} url
 * @param {string | undefined} parameter
 * @param {string} lastEventId
 */
export function withResumeParameter(url, parameter, lastEventId) {
  if (parameter === undefined || !lastEventId) return url;
  const resumed = new URL(url);
  resumed.searchParams.set(parameter, lastEventId);
  return resumed.href;
}
