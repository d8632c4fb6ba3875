import { check } from './options.js';

// In ms: a token that expires within this time is renewed before it is used.
const EARLY = 30_000;

// The syntax of RFC 6750. Anything else, like an error page, would fail in every request, but without the 401 that renews a token.
const TOKEN = /^[\w.~+/-]+=*$/;

/** The token of requests, renewed before it expires and after it is refused. */
export class Tokens {
  /** @type {string | undefined} */
  #token;
  /** When the token is renewed without having been refused, as Date.now(). */
  #ends = Infinity;
  #getToken;

  /**
   * @param {string | undefined} token
   * @param {((signal?: AbortSignal) => string | Promise<string>) | undefined} getToken
   */
  constructor(token, getToken) {
    this.#getToken = getToken;
    if (token) {
      this.#token = token.trim();
      this.#ends = expiry(this.#token) - EARLY;
      check(TOKEN.test(this.#token), 'token', 'a bearer token');
    }
  }

  /** Not a promise: a page that is being removed sends nothing after a pause. Undefined if there is none to send. */
  get current() {
    return this.#token;
  }

  get mustRenew() {
    return this.#getToken !== undefined && (!this.#token || this.#ends < Date.now());
  }

  /**
   * Gets another token. Rejects when the signal aborts even if getToken ignores the signal, so that a renewal that never ends delays neither
   * an acknowledgement nor a stop.
   * @param {AbortSignal} signal
   */
  async renewed(signal) {
    signal.throwIfAborted();
    const token = String(await Promise.race([this.#getToken?.(signal), cutOff(signal)]) ?? '').trim();
    if (!TOKEN.test(token)) {
      throw new TypeError('getToken gave no token');
    }

    this.#token = token;
    // A token that seems to be ending already is used until it is refused: the clock of this machine is wrong.
    const ends = expiry(token) - EARLY;
    this.#ends = ends < Date.now() ? Infinity : ends;
    return token;
  }

  /** Forgets a refused token; false if there is no getToken to get another. */
  refuse() {
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
