// In ms. LONGEST is the longest pause between two attempts without a Retry-After.
const FIRST = 500;
export const LONGEST = 30_000;
const MAX_RETRY_AFTER = 3_600_000;

/** A pause in ms with full jitter: random up to a limit that doubles, so that clients that lost a server together come back spread out. */
export const backoff = (/** @type {number} */ failures) => Math.random() * Math.min(LONGEST, FIRST * 2 ** (failures - 1));

/** The pause in ms after a refusal, which will hardly change by itself: 30 to 60 seconds. */
export const refusedPause = () => LONGEST * (1 + Math.random());

/**
 * Parses a Retry-After header of seconds or a date to ms; 0 if it is missing or malformed. At most an hour, since a timer of more than 24 days
 * would fire at once.
 * @param {string | null} header
 */
export function retryAfter(header) {
  if (!header) {
    return 0;
  }

  const asked = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Math.min(Math.max(asked || 0, 0), MAX_RETRY_AFTER);
}

/**
 * Resolves after the time, or as soon as the signal aborts.
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
