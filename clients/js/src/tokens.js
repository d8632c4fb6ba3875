// In ms: a token that ends so soon is renewed before it is used.
const EARLY = 30_000;

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

  /** @param {AbortSignal} [signal] */
  async current(signal) {
    if (this.#getToken && (!this.#token || expiry(this.#token) < Date.now() + EARLY)) {
      this.#token = await this.#getToken(signal);
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
