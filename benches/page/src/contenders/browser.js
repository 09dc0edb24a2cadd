// The browser's own EventSource, by hand.
export function listen(url, name, take, fail) {
  const source = new EventSource(url);
  source.addEventListener(name, ({ data }) => take(JSON.parse(data)));
  source.onerror = () => fail(new Error("the connection is lost"));
  return () => source.close();
}
