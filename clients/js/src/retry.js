const FIRST = 500;
const LONGEST = 30_000;
const LONGEST_ASKED_FOR = 3_600_000;

/** Full jitter, in ms: anything up to a limit that doubles, so that all who lost a server come back spread out. */
export const backoff = (/** @type {number} */ failures) => Math.random() * Math.min(LONGEST, FIRST * 2 ** (failures - 1));

/** The pause after an answer that will hardly change by itself, in ms: half a minute to a minute. */
export const refusedPause = () => LONGEST * (1 + Math.random());

/**
 * A Retry-After header in ms, be it seconds or a date; 0 where there is none. Never more than an hour: a timer has an end.
 * @param {string | null} header
 */
export function retryAfter(header) {
  if (!header) {
    return 0;
  }

  const asked = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Math.min(Math.max(asked || 0, 0), LONGEST_ASKED_FOR);
}

/**
 * Ends after its time, or sooner with the signal.
 * @param {number} ms
 * @param {AbortSignal} [signal]
 * @returns {Promise<void>}
 */
export const pause = (ms, signal) => new Promise(resolve => {
  const timer = setTimeout(end, ms);
  signal?.addEventListener('abort', end);
  if (signal?.aborted) {
    end();
  }

  function end() {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
    resolve();
  }
});
