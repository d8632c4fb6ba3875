import { FuncCometError } from './http.js';
import { backoff, pause, refusedPause } from './retry.js';

/** How long a server holds a poll at most, in seconds. */
export const LONGEST_WAIT = 220;

// A poll that is this many seconds over its wait has lost its connection without a word.
const SLACK = 10;

const TICK = 10_000;

// A tick that comes this much too late: the machine slept. Browsers slow the timers of hidden pages to one a minute, which is no sleep.
const SLEPT = 90_000;

// Nobody answers this soon, in ms, that there is nothing after having waited for it.
const QUICK = 1000;

/**
 * Polls until the signal ends it: the next poll follows an answer at once and a failure after a pause. Throws what is refused.
 * @template T
 * @param {object} polling
 * @param {(wait: number, turn: AbortSignal) => Promise<T | undefined>} polling.ask one poll of `wait` seconds, which ends with the turn; undefined: nothing came
 * @param {(answer: T) => Promise<boolean>} polling.take says whether there was anything new
 * @param {number} polling.wait in seconds
 * @param {number} polling.firstWait the same before the line is known to be good; 0 makes known soon whether it is
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

      // 204 at once is right once, when an instance shuts down; again and again, or with nothing but repeats, it would be a loop without a pause.
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
 * Does the work again for as long as the signal lets it: what was refused may be allowed later (a new token, a restarted app), so it is asked again, seldom.
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
 * Restarts what is under way, a request or a pause, where it has become pointless: the network came or went, the machine slept, a poll never ended.
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
