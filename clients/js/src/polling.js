import { FuncCometError } from './http.js';
import { backoff, pause, refusedPause } from './retry.js';

/** The longest that the server holds a poll, in seconds. */
export const LONGEST_WAIT = 220;

// A poll that exceeds its wait by this many seconds has lost its connection without an error.
const SLACK = 10;

const TICK = 10_000;

// A tick that is this many ms late shows that the machine slept. Hidden pages do not count: browsers slow their timers to one a minute.
const SLEPT = 90_000;

// An empty answer sooner than this, in ms, means that the server did not wait.
const QUICK = 1000;

/**
 * Polls until the signal aborts. After an answer the next poll follows at once, after a failure it follows after a pause. Throws the error
 * of a refused request.
 * @template T
 * @param {object} polling
 * @param {(wait: number, turn: AbortSignal) => Promise<T | undefined>} polling.ask polls for `wait` seconds, until `turn` aborts; undefined if no message came
 * @param {(answer: T) => Promise<boolean>} polling.take handles an answer; false if it held only repeats
 * @param {number} polling.wait in seconds
 * @param {number} polling.firstWait in seconds, while the connection is not known to work; 0 shows soonest whether it does
 * @param {(state: import('./index.js').LineState) => void} polling.onState
 * @param {AbortSignal} polling.signal
 */
export async function keepPolling({ ask, take, wait, firstWait, onState, signal }) {
  let turn = new AbortController();
  let due = Infinity;
  let open = false;
  let failures = 0;
  let empty = 0;
  const end = watch(() => turn.abort(), () => due, signal);
  try {
    while (!signal.aborted) {
      turn = new AbortController();
      const began = Date.now();
      const seconds = open ? wait : firstWait;
      due = began + (seconds + SLACK) * 1000;
      if (!open && failures === 0) {
        onState({ state: 'connecting' });
      }

      let answer;
      try {
        answer = await ask(seconds, turn.signal).finally(() => { due = Infinity; });
      } catch (error) {
        open = false;
        if (turn.signal.aborted) {
          continue;
        }

        if (error instanceof FuncCometError && error.refused) {
          throw error;
        }

        await pauseAfter(error);
        continue;
      }

      open = true;
      failures = 0;
      onState({ state: 'open' });

      // An instance that shuts down answers 204 at once, which is fine once. Repeated early answers without new messages would make a busy
      // loop.
      const quick = seconds > 0 && Date.now() - began < QUICK;
      const news = answer !== undefined && await take(answer);
      empty = quick && !news ? empty + 1 : 0;
      if (empty > 1) {
        await pause(backoff(empty - 1), turn.signal);
      }
    }
  } finally {
    end();
  }

  /** @param {unknown} error */
  async function pauseAfter(error) {
    failures++;
    const retryIn = backoff(failures) + (error instanceof FuncCometError ? error.retryAfter : 0);
    onState({ state: globalThis.navigator?.onLine === false ? 'offline' : 'retrying', retryIn, ...describe(error) });
    await pause(retryIn, turn.signal);
  }
}

/**
 * Repeats the work until the signal aborts. A refused request may be allowed later (a new token, a restarted app), so it is tried again
 * after a long pause.
 * @param {() => Promise<void>} work
 * @param {(state: import('./index.js').LineState) => void} onState
 * @param {AbortSignal} signal
 */
export async function persist(work, onState, signal) {
  while (!signal.aborted) {
    try {
      await work();
    } catch (error) {
      const retryIn = refusedPause();
      onState({ state: 'refused', retryIn, ...describe(error) });
      await pause(retryIn, signal);
    }
  }
}

/** @param {unknown} error */
function describe(error) {
  return { reason: String(/** @type {Error} */ (error).message ?? error), ...(error instanceof FuncCometError && { status: error.status }) };
}

/**
 * Calls `restart` to end the current request or pause when it has become pointless: the network came or went, the machine slept, or a poll
 * is overdue.
 * @param {() => void} restart
 * @param {() => number} due
 * @param {AbortSignal} signal
 */
function watch(restart, due, signal) {
  let last = Date.now();
  const timer = setInterval(() => {
    const now = Date.now();
    if (now > due() || now - last > TICK + SLEPT) {
      restart();
    }

    last = now;
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
