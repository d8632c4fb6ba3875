// In ms: the longest that an attempt of a push, a recall or a question for presence may take.
export const ATTEMPT_LIMIT = 30_000;

/**
 * Does work with a signal that aborts after a time, or with another signal. It is relayed by a listener, because WebKit may collect a
 * signal of AbortSignal.any that only fetch holds, and then nothing would end the request.
 * @template T
 * @param {number} ms
 * @param {AbortSignal | undefined} signal
 * @param {(within: AbortSignal) => Promise<T>} work
 */
export async function limited(ms, signal, work) {
  const limit = new AbortController();
  const relay = () => limit.abort(signal?.reason);
  const timer = setTimeout(() => limit.abort(new DOMException(`No answer within ${ms} ms`, 'TimeoutError')), ms);
  signal?.addEventListener('abort', relay);
  if (signal?.aborted) {
    relay();
  }

  try {
    return await work(limit.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', relay);
  }
}
