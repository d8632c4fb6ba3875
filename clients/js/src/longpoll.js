import { ask } from './http.js';
import { resolve } from './options.js';
import { keepPolling, LONGEST_WAIT, persist } from './polling.js';

// The server's, in seconds.
const DEFAULT_TIMEOUT = 30;

/** @type {typeof import('./index.js').longpoll} */
export function longpoll(url, callback) {
  const { href } = resolve(url);
  const stop = new AbortController();
  const work = () => keepPolling({
    url: href,
    mayCut: false,
    ask: (seconds, signal) => ask(withTimeout(href, seconds), { signal }),
    take: async text => {
      try {
        await callback(text);
      } catch (error) {
        console.error('longpoll: the callback failed', error);
      }

      return text !== '';
    },
    // The URL decides, and the server never waits longer than this.
    wait: LONGEST_WAIT,
    firstWait: LONGEST_WAIT,
    onState: () => {},
    signal: stop.signal,
  });
  persist(work, ({ reason }) => console.error(`longpoll: refused, ${reason}`), stop.signal);
  return () => stop.abort();
}

/**
 * Lowers the timeout of a poll's address to the seconds that it may take.
 * @param {string} href
 * @param {number} seconds
 */
function withTimeout(href, seconds) {
  const url = new URL(href);
  if (seconds === LONGEST_WAIT || Number(url.searchParams.get('timeout') ?? DEFAULT_TIMEOUT) <= seconds) {
    return href;
  }

  url.searchParams.set('timeout', String(seconds));
  return url.href;
}
