import { Place } from './connections.js';
import { Failures } from './failures.js';
import { FuncCometError } from './http.js';
import { Limits } from './limits.js';
import { backoff, pause, refusedPause } from './retry.js';
import { watch } from './watch.js';

// A poll that exceeds its wait by this many seconds has lost its connection without an error.
const SLACK = 10;

// An empty answer sooner than this, in ms, means that the server did not wait.
const QUICK = 1000;

// In ms: a poll that follows a failure within this time follows at once.
const AT_ONCE = 500;

// Why a poll was aborted: to let others take their turns.
const MAKE_ROOM = 'make room';

/**
 * Polls until the signal aborts. After an answer the next poll follows at once, after a failure it follows after a pause. Throws the error
 * of a refused request.
 * @template T
 * @param {object} polling
 * @param {string} polling.url an address of the origin that is polled
 * @param {boolean} polling.mayCut whether a held poll may be cut without losing a message
 * @param {(poll: import('./limits.js').Poll, turn: AbortSignal) => Promise<import('./http.js').Answer<T>>} polling.ask polls until `turn` aborts
 * @param {(answer: T) => Promise<boolean>} polling.take handles an answer; false if it held only repeats
 * @param {number} polling.wait in seconds
 * @param {number} polling.firstWait in seconds, while the connection is not known to work; 0 shows soonest whether it does
 * @param {(state: import('./index.js').LineState) => void} polling.onState
 * @param {AbortSignal} polling.signal
 */
export async function keepPolling({ url, mayCut, ask, take, wait, firstWait, onState, signal }) {
  const failures = new Failures();
  const limits = Limits.of(url);
  let turn = new AbortController();
  let due = Infinity;
  let open = false;
  let empty = 0;
  let began = 0;
  let seconds = 0;
  const place = new Place(url, () => { if (mayCut) { turn.abort(MAKE_ROOM); } });
  const end = watch(() => turn.abort(), () => due, signal);
  try {
    while (!signal.aborted) {
      turn = new AbortController();
      if (!open && !failures.any) {
        onState({ state: 'connecting' });
      }

      let answered;
      try {
        answered = await attempt();
      } catch (error) {
        const wasOpen = open;
        open &&= turn.signal.reason === MAKE_ROOM;
        if (turn.signal.aborted) {
          failures.forget();
        } else {
          await pauseAfter(error, failures.pauseAfter(error, performance.now() - began), wasOpen);
        }

        continue;
      }

      open = true;
      failures.end();
      const { reason } = limits;
      onState({ state: 'open', ...(reason && { reason }) });

      // Repeated early answers without new messages would make a busy loop. One alone is fine.
      const { answer, retryAfter } = answered;
      const quick = seconds > 0 && performance.now() - began < QUICK;
      const news = answer !== undefined && await take(answer);
      empty = quick && !news ? empty + 1 : 0;

      // An instance that stops answers all its polls at once, with a time over which their clients spread.
      const spread = answer === undefined ? Math.random() * retryAfter : 0;
      const slower = empty > 1 ? backoff(empty - 1) : 0;
      if (spread + slower > 0) {
        await pause(Math.max(spread, slower), turn.signal);
      }
    }
  } finally {
    place.close();
    end();
  }

  async function attempt() {
    const poll = limits.begin(await place.enter(open ? wait : firstWait, turn.signal), turn.signal);
    seconds = poll.wait;
    began = performance.now();
    due = began + (seconds + SLACK) * 1000;
    try {
      turn.signal.throwIfAborted();
      return await ask(poll, turn.signal);
    } finally {
      due = Infinity;
      limits.end(poll);
      place.leave();
    }
  }

  /**
   * Starting any navigation, a download too, ends the polls of a page in some browsers, and so does what stands in front of the app. Such a
   * cut is reported only if the next poll, which follows at once, fails too.
   * @param {unknown} error
   * @param {number} retryIn
   * @param {boolean} wasOpen
   */
  async function pauseAfter(error, retryIn, wasOpen) {
    const offline = globalThis.navigator?.onLine === false;
    if (offline || !wasOpen || retryIn > AT_ONCE) {
      onState({ state: offline ? 'offline' : 'retrying', retryIn, ...describe(error) });
    }

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
