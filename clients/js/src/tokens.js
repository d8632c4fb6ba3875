// In ms: a token that expires within this time is renewed before it is used.
const EARLY = 30_000;

// The syntax of RFC 6750. Anything else, like an error page, would fail in every request, but without the 401 that renews a token.
const TOKEN = /^[\w.~+/-]+=*$/;

/** The token of requests, renewed before it expires and after it is refused. */
export class Tokens {
  #token;
  #getToken;

  /**
   * @param {string | undefined} token
   * @param {((signal?: AbortSignal) => string | Promise<string>) | undefined} getToken
   */
  constructor(token, getToken) {
    this.#token = token;
    this.#getToken = getToken;
  }

  /**
   * Returns a token that does not expire soon. Rejects when the signal aborts even if getToken ignores the signal, so that a renewal that
   * never ends delays neither an acknowledgement nor a stop.
   * @param {AbortSignal} signal
   */
  async current(signal) {
    if (this.#getToken && (!this.#token || expiry(this.#token) < Date.now() + EARLY)) {
      signal.throwIfAborted();
      const token = await Promise.race([this.#getToken(signal), cutOff(signal)]);
      if (!TOKEN.test(token ?? '')) {
        throw new TypeError('getToken gave no token');
      }

      this.#token = token;
    }

    return this.#token;
  }

  /** Forgets a refused token; false if there is no getToken to get another. */
  renew() {
    if (!this.#getToken) {
      return false;
    }

    this.#token = undefined;
    return true;
  }
}

/**
 * Rejects when the signal aborts.
 * @param {AbortSignal} signal
 * @returns {Promise<never>}
 */
const cutOff = signal => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

/**
 * When a JWT expires, in ms since the epoch; Infinity if it does not say.
 * @param {string} token
 */
function expiry(token) {
  try {
    return JSON.parse(atob(token.split('.')[1].replace(/-/g, '+').replace(/_/g, '/'))).exp * 1000 || Infinity;
  } catch {
    return Infinity;
  }
}
