const TICK = 10_000;

// In ms: how much more time must have passed than expected to show that the machine slept or the page was frozen. Hidden pages do not
// count: browsers slow their timers to one a minute.
const SLEPT = 90_000;

/**
 * Calls `restart` to end the current request or pause when it has become pointless: the network came or went, the machine slept, or a poll
 * is overdue.
 * @param {() => void} restart
 * @param {() => number} due in ms of performance.now(), because the time of day may be set
 * @param {AbortSignal} signal
 */
export function watch(restart, due, signal) {
  let last = performance.now();
  let lastTime = Date.now();
  const timer = setInterval(() => {
    const now = performance.now();
    const time = Date.now();
    const passed = now - last;
    // During sleep, performance.now() stops on some systems and goes on on others.
    if (now > due() || passed > TICK + SLEPT || time - lastTime - passed > SLEPT) {
      restart();
    }

    last = now;
    lastTime = time;
  }, TICK);
  signal.addEventListener('abort', restart);
  globalThis.addEventListener?.('online', restart);
  globalThis.addEventListener?.('offline', restart);
  return () => {
    clearInterval(timer);
    signal.removeEventListener('abort', restart);
    globalThis.removeEventListener?.('online', restart);
    globalThis.removeEventListener?.('offline', restart);
  };
}
