import { address, ask, FuncCometError } from './http.js';

// In ms.
const ACKNOWLEDGEMENT_LIMIT = 10_000;

/** Polls and acknowledges for one recipient. */
export class Mailbox {
  #url;
  #rcpt;
  #tokens;

  /**
   * @param {string} url
   * @param {string} rcpt
   * @param {import('./tokens.js').Tokens} tokens
   */
  constructor(url, rcpt, tokens) {
    this.#url = url;
    this.#rcpt = rcpt;
    this.#tokens = tokens;
  }

  /**
   * @param {{ timeout: number, lease: number, max: number, ack: string[] }} parameters
   * @param {AbortSignal} signal
   * @returns {Promise<import('./inbox.js').Leased[] | undefined>}
   */
  async poll(parameters, signal) {
    const body = await this.#ask('poll', parameters, { signal });
    return body === undefined ? undefined : JSON.parse(body).messages;
  }

  /**
   * @param {string[]} receipt
   * @param {boolean} keepalive whether the request must outlive the page
   */
  async acknowledge(receipt, keepalive) {
    const body = await this.#ask('ack', { receipt }, { method: 'POST', keepalive, signal: AbortSignal.timeout(ACKNOWLEDGEMENT_LIMIT) });
    if (body !== undefined) {
      // A captive portal answers 200 to everything.
      throw new TypeError('The acknowledgement was not answered by the server');
    }
  }

  /**
   * @param {string} name
   * @param {Parameters<typeof address>[2]} parameters
   * @param {RequestInit & { signal: AbortSignal }} init
   */
  async #ask(name, parameters, init) {
    const send = async () => {
      // A header rather than access_token, because URLs end up in logs. Across origins it costs a preflight, which the platform answers
      // without running a function.
      const token = await this.#tokens.current(init.signal);
      return ask(address(this.#url, name, { rcpt: this.#rcpt, ...parameters }), { ...init, ...(token && { headers: { Authorization: `Bearer ${token}` } }) });
    };
    try {
      return await send();
    } catch (error) {
      if (error instanceof FuncCometError && error.status === 401 && this.#tokens.renew()) {
        return send();
      }

      throw error;
    }
  }
}
