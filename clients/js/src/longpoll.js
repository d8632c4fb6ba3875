import { ask } from './http.js';
import { LONGEST_WAIT } from './limits.js';
import { resolve } from './options.js';
import { keepPolling, persist } from './polling.js';

// The server's, in seconds.
const DEFAULT_TIMEOUT = 30;

/** @type {typeof import('./index.js').longpoll} */
export function longpoll(url, callback) {
  const { href, searchParams } = resolve(url);
  const timeout = Number(searchParams.get('timeout') ?? DEFAULT_TIMEOUT);
  // The server waits no longer than this. A poll that does not wait counts as one of a second, or it would be repeated without a pause.
  const wait = Math.min(timeout || 1, LONGEST_WAIT);
  const stop = new AbortController();
  const work = () => keepPolling({
    url: href,
    mayCut: false,
    ask: (poll, signal) => poll.watch(() => ask(poll.wait < wait ? withTimeout(href, poll.wait) : href, { signal })),
    take: async text => {
      try {
        await callback(text);
      } catch (error) {
        console.error('longpoll: the callback failed', error);
      }

      return text !== '';
    },
    wait,
    firstWait: wait,
    onState: () => {},
    signal: stop.signal,
  });
  persist(work, ({ reason }) => console.error(`longpoll: refused, ${reason}`), stop.signal);
  return () => stop.abort();
}

/**
 * Changes the timeout of a poll's address.
 * @param {string} href
 * @param {number} seconds
 */
function withTimeout(href, seconds) {
  const url = new URL(href);
  url.searchParams.set('timeout', String(seconds));
  return url.href;
}
