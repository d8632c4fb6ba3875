import { ask } from './http.js';
import { keepPolling, persist } from './polling.js';

// The URL says how long the server holds it; it is never longer than this.
const LONGEST_WAIT = 220;

/** @type {typeof import('./index.js').longpoll} */
export function longpoll(url, callback) {
  const stop = new AbortController();
  const work = () => keepPolling({
    ask: (_, signal) => ask(url, { signal }),
    take: async text => {
      try {
        await callback(text);
      } catch (error) {
        console.error('longpoll: the callback failed', error);
      }

      return text !== '';
    },
    wait: LONGEST_WAIT,
    firstWait: LONGEST_WAIT,
    onState: () => {},
    signal: stop.signal,
  });
  persist(work, ({ reason }) => console.error(`longpoll: refused, ${reason}`), stop.signal);
  return () => stop.abort();
}
