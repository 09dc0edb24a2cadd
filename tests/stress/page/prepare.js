// Runs before all other scripts of the page, and counts the timers that are set.
{
  const timers = new Set();
  const { setTimeout, clearTimeout, setInterval, clearInterval } = window;
  window.setTimeout = (callback, ...rest) => {
    const timer = setTimeout.call(
      window,
      (...values) => {
        timers.delete(timer);
        callback(...values);
      },
      ...rest,
    );
    timers.add(timer);
    return timer;
  };
  window.setInterval = (...rest) => {
    const timer = setInterval.call(window, ...rest);
    timers.add(timer);
    return timer;
  };
  for (const [name, clear] of Object.entries({ clearTimeout, clearInterval })) {
    window[name] = (timer) => {
      timers.delete(timer);
      clear.call(window, timer);
    };
  }
  window.timersSet = () => timers.size;
}
