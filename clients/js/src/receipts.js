import { FuncCometError } from './http.js';

/**
 * The most messages of an answer, and the most receipts of a request. A receipt has up to 120 characters and a recipient up to 256 bytes,
 * which are 768 characters when they are escaped: so a query stays below 3,000 bytes, and 4,000 pass any proxy and any setting of the server.
 */
export const MAX_BATCH = 16;

/** @typedef {import('./leases.js').Lease} Lease */

/**
 * The receipts of handled messages, until they are acknowledged. While a renewal is under way its receipts are not sent: the old one may be
 * worth nothing already, though the server would answer 204.
 */
export class Receipts {
  #mailbox;
  /** @type {Set<Lease>} */
  #all = new Set();
  /** @type {Map<Lease, Promise<void>>} Those whose acknowledgement is under way. */
  #sent = new Map();

  /** @param {import('./mailbox.js').Mailbox} mailbox */
  constructor(mailbox) {
    this.#mailbox = mailbox;
  }

  /** @param {Lease} lease */
  add(lease) {
    this.#all.add(lease);
  }

  /** @param {Lease[]} leases */
  drop(leases) {
    leases.forEach(lease => this.#all.delete(lease));
  }

  /** Those of which nothing is under way: neither an acknowledgement by itself nor a renewal. */
  get free() {
    return [...this.#all].filter(lease => !lease.renewal && !this.#sent.has(lease));
  }

  /**
   * Polls and acknowledges with it. Receipts that do not fit are acknowledged before.
   * @param {{ lease: number, max: number }} parameters
   * @param {import('./limits.js').Poll} poll
   * @param {AbortSignal} signal
   * @returns {ReturnType<import('./mailbox.js').Mailbox['poll']>}
   */
  async poll(parameters, poll, signal) {
    if (this.#all.size > MAX_BATCH) {
      await this.acknowledge(false);
    }

    const ack = [...this.#all].filter(({ renewal }) => !renewal).slice(0, MAX_BATCH);
    try {
      const answered = await this.#mailbox.poll({ ...parameters, ack: receiptsOf(ack) }, poll, signal);
      this.drop(ack);
      return answered;
    } catch (error) {
      if (!(error instanceof FuncCometError) || error.status !== 400 || ack.length === 0) {
        throw error;
      }

      // Drop the receipts, or every poll would be refused; their messages come again and are repeats.
      this.drop(ack);
      if (namesReceipts(error)) {
        return this.poll(parameters, poll, signal);
      }

      throw error;
    }
  }

  /**
   * Acknowledges at once, for when the next poll would be too late or never come. The requests begin before this returns, because a page
   * that is being removed sends nothing later; only receipts that are being renewed follow when that has ended. Resolves when all
   * acknowledgements have ended.
   * @param {boolean} keepalive whether the requests must outlive the page
   */
  async acknowledge(keepalive) {
    const leases = this.free;
    for (let from = 0; from < leases.length; from += MAX_BATCH) {
      const batch = leases.slice(from, from + MAX_BATCH);
      const sent = this.#send(batch, keepalive).finally(() => batch.forEach(lease => this.#sent.delete(lease)));
      batch.forEach(lease => this.#sent.set(lease, sent));
    }

    await Promise.all(this.#sent.values());
    const renewals = [...this.#all].flatMap(({ renewal }) => renewal ?? []);
    if (renewals.length > 0) {
      await Promise.all(renewals);
      await this.acknowledge(keepalive);
    }
  }

  /**
   * @param {Lease[]} leases
   * @param {boolean} keepalive
   */
  async #send(leases, keepalive) {
    try {
      await this.#mailbox.acknowledge(receiptsOf(leases), keepalive);
      this.drop(leases);
    } catch (error) {
      // After 410 the others are acknowledged. After another failure the receipts go with the next poll; without one, their messages come
      // again.
      if (error instanceof FuncCometError && (error.status === 410 || namesReceipts(error))) {
        this.drop(leases);
      }
    }
  }
}

/** @param {Lease[]} leases */
function receiptsOf(leases) {
  return leases.map(({ receipt }) => receipt);
}

/**
 * Whether the server does not know the receipts, as when they are from a newer instance.
 * @param {FuncCometError} error
 */
function namesReceipts({ status, problem }) {
  return status === 400 && ['ack', 'receipt'].includes(problem?.parameter);
}
