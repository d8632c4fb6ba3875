// In ms: a token that ends so soon is renewed before it is used.
const EARLY = 30_000;

// As RFC 6750 has it. Anything else, such as the page of an error, would fail in every header, and never by a 401.
const TOKEN = /^[\w.~+/-]+=*$/;

/** The token that requests are sent with, renewed before it ends and where it is refused. */
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
   * Ends with the signal even where getToken does not: a renewal that never comes holds up neither an acknowledgement nor a stop.
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

  /** Forgets a token that was refused; false where there is no way to another. */
  renew() {
    if (!this.#getToken) {
      return false;
    }

    this.#token = undefined;
    return true;
  }
}

/**
 * Rejects with the signal.
 * @param {AbortSignal} signal
 * @returns {Promise<never>}
 */
const cutOff = signal => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

/**
 * When a JWT ends, in ms; never, where it does not say.
 * @param {string} token
 */
function expiry(token) {
  try {
    return JSON.parse(atob(token.split('.')[1].replace(/-/g, '+').replace(/_/g, '/'))).exp * 1000 || Infinity;
  } catch {
    return Infinity;
  }
}
