// The frames of the page: stops them, and hides the page.

const request = globalThis.requestAnimationFrame;
let requests = 0;

export function stopFrames() {
  requests = 0;
  if (request) globalThis.requestAnimationFrame = () => (requests += 1);
}

export function frameRequests() {
  return requests;
}

export function hidePage() {
  if (globalThis.document) Object.defineProperty(document, "hidden", { configurable: true, value: true });
}

export function showFrames() {
  if (request) globalThis.requestAnimationFrame = request;
  if (globalThis.document) delete document.hidden;
}

export function frameTime() {
  return globalThis.document?.timeline.currentTime;
}
