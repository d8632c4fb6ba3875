import { FuncCometError } from './http.js';

/**
 * The most messages of an answer, and the most receipts of a request. A receipt has up to 120 characters and a recipient up to 256 bytes,
 * which are 768 characters when they are escaped: so a query stays below 3,000 bytes, and 4,000 pass any proxy and any setting of the server.
 */
export const MAX_BATCH = 16;

/** The receipts of handled messages, until they are acknowledged. */
export class Receipts {
  #mailbox;
  /** @type {Set<string>} */
  #all = new Set();
  /** @type {Map<string, Promise<void>>} The receipts whose acknowledgement is under way. */
  #sent = new Map();

  /** @param {import('./mailbox.js').Mailbox} mailbox */
  constructor(mailbox) {
    this.#mailbox = mailbox;
  }

  /** @param {string} receipt */
  add(receipt) {
    this.#all.add(receipt);
  }

  /**
   * Polls and acknowledges with it. Receipts that do not fit are acknowledged before.
   * @param {{ timeout: number, lease: number, max: number }} parameters
   * @param {AbortSignal} signal
   * @returns {ReturnType<import('./mailbox.js').Mailbox['poll']>}
   */
  async poll(parameters, signal) {
    if (this.#all.size > MAX_BATCH) {
      await this.acknowledge(false);
    }

    const ack = [...this.#all].slice(0, MAX_BATCH);
    try {
      const answered = await this.#mailbox.poll({ ...parameters, ack }, signal);
      this.#drop(ack);
      return answered;
    } catch (error) {
      if (!(error instanceof FuncCometError) || error.status !== 400 || ack.length === 0) {
        throw error;
      }

      // Drop the receipts, or every poll would be refused; their messages come again and are repeats.
      this.#drop(ack);
      if (namesReceipts(error)) {
        return this.poll(parameters, signal);
      }

      throw error;
    }
  }

  /**
   * Acknowledges at once, for when the next poll would be too late or never come. The requests begin before this returns, because a page
   * that is being removed sends nothing later. Resolves when all acknowledgements have ended.
   * @param {boolean} keepalive whether the requests must outlive the page
   */
  async acknowledge(keepalive) {
    const receipts = [...this.#all].filter(receipt => !this.#sent.has(receipt));
    for (let from = 0; from < receipts.length; from += MAX_BATCH) {
      const batch = receipts.slice(from, from + MAX_BATCH);
      const sent = this.#send(batch, keepalive).finally(() => batch.forEach(receipt => this.#sent.delete(receipt)));
      batch.forEach(receipt => this.#sent.set(receipt, sent));
    }

    await Promise.all(this.#sent.values());
  }

  /**
   * @param {string[]} receipts
   * @param {boolean} keepalive
   */
  async #send(receipts, keepalive) {
    try {
      await this.#mailbox.acknowledge(receipts, keepalive);
      this.#drop(receipts);
    } catch (error) {
      // After 410 the others are acknowledged. After another failure the receipts go with the next poll; without one, their messages come
      // again.
      if (error instanceof FuncCometError && (error.status === 410 || namesReceipts(error))) {
        this.#drop(receipts);
      }
    }
  }

  /** @param {string[]} receipts */
  #drop(receipts) {
    receipts.forEach(receipt => this.#all.delete(receipt));
  }
}

/**
 * Whether the server does not know the receipts, as when they are from a newer instance.
 * @param {FuncCometError} error
 */
function namesReceipts({ status, problem }) {
  return status === 400 && ['ack', 'receipt'].includes(problem?.parameter);
}
