import { address, ask, FuncCometError, notAnswered, parseObject } from './http.js';
import { limited } from './limited.js';

// In ms: the longest that an acknowledgement, a renewal or a release may take.
const LIMIT = 10_000;

/** Polls, acknowledges, renews and releases for one recipient. */
export class Mailbox {
  #functions;
  #rcpt;
  #tokens;

  /**
   * @param {string} functions the address of the functions, without a slash at its end
   * @param {string} rcpt
   * @param {import('./tokens.js').Tokens} tokens
   */
  constructor(functions, rcpt, tokens) {
    this.#functions = functions;
    this.#rcpt = rcpt;
    this.#tokens = tokens;
  }

  /**
   * @param {{ lease: number, max: number, ack: string[] }} parameters
   * @param {import('./limits.js').Poll} poll
   * @param {AbortSignal} signal
   * @returns {Promise<import('./http.js').Answer<import('./inbox.js').Leased[]>>}
   */
  poll(parameters, { wait, watch }, signal) {
    return this.#ask('poll', { timeout: wait, ...parameters }, { signal }, (url, init) => watch(async () => {
      const { answer, retryAfter } = await ask(url, init);
      return { answer: answer === undefined ? undefined : readMessages(answer), retryAfter };
    }));
  }

  /**
   * @param {string[]} receipt
   * @param {boolean} keepalive whether the request must outlive the page
   */
  async acknowledge(receipt, keepalive) {
    if (await this.#post('ack', { receipt }, keepalive) !== undefined) {
      throw notAnswered();
    }
  }

  /**
   * Lets leases end `seconds` from now. Returns which have a new receipt, and which are over.
   * @param {string[]} receipt
   * @param {number} seconds 5 to 3,600
   */
  renew(receipt, seconds) {
    return this.#lease({ receipt, seconds });
  }

  /**
   * Gives a message back, which is then delivered again.
   * @param {string} receipt
   * @param {number} after in seconds
   */
  async release(receipt, after) {
    await this.#lease({ receipt: [receipt], seconds: 0, after: after || undefined });
  }

  /** @param {{ receipt: string[], seconds: number, after?: number }} parameters */
  async #lease(parameters) {
    const told = parseObject(await this.#post('lease', parameters, false));
    if (!Array.isArray(told?.leases)) {
      throw notAnswered();
    }

    return told;
  }

  /**
   * @param {string} name
   * @param {Parameters<typeof address>[2]} parameters
   * @param {boolean} keepalive
   */
  async #post(name, parameters, keepalive) {
    const { answer } = await limited(LIMIT, undefined, signal => this.#ask(name, parameters, { method: 'POST', keepalive, signal }, ask));
    return answer;
  }

  /**
   * @template T
   * @param {string} name
   * @param {Parameters<typeof address>[2]} parameters
   * @param {RequestInit & { signal: AbortSignal }} init
   * @param {(url: string, init: RequestInit) => Promise<T>} request
   */
  async #ask(name, parameters, init, request) {
    const send = async () => {
      // A header rather than access_token, because URLs end up in logs. Across origins it costs a preflight, which the platform answers
      // without running a function.
      const token = this.#tokens.mustRenew ? await this.#tokens.renewed(init.signal) : this.#tokens.current;
      return request(address(this.#functions, name, { rcpt: this.#rcpt, ...parameters }), { ...init, ...(token && { headers: { Authorization: `Bearer ${token}` } }) });
    };
    try {
      return await send();
    } catch (error) {
      if (error instanceof FuncCometError && error.status === 401 && this.#tokens.refuse()) {
        return send();
      }

      throw error;
    }
  }
}

/**
 * @param {string} answer
 * @returns {import('./inbox.js').Leased[]}
 */
function readMessages(answer) {
  const messages = parseObject(answer)?.messages;
  if (!Array.isArray(messages) || !messages.every(each => typeof each?.id === 'string' && typeof each.receipt === 'string')) {
    throw notAnswered();
  }

  return messages;
}
