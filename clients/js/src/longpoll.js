import { ask } from './http.js';
import { resolve } from './options.js';
import { keepPolling, LONGEST_WAIT, persist } from './polling.js';

/** @type {typeof import('./index.js').longpoll} */
export function longpoll(url, callback) {
  const { href } = resolve(url);
  const stop = new AbortController();
  const work = () => keepPolling({
    ask: (_, signal) => ask(href, { signal }),
    take: async text => {
      try {
        await callback(text);
      } catch (error) {
        console.error('longpoll: the callback failed', error);
      }

      return text !== '';
    },
    // The URL decides the timeout, which the server never makes longer than this.
    wait: LONGEST_WAIT,
    firstWait: LONGEST_WAIT,
    onState: () => {},
    signal: stop.signal,
  });
  persist(work, ({ reason }) => console.error(`longpoll: refused, ${reason}`), stop.signal);
  return () => stop.abort();
}
