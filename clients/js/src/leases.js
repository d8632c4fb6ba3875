import { FuncCometError } from './http.js';
import { MAX_BATCH } from './receipts.js';
import { backoff, pause } from './retry.js';

// In seconds: what a renewal of a hidden page covers at least, because browsers slow its timers to one a minute.
const HIDDEN = 150;

// In seconds: the longest lease of a poll that may be cut. What was handed to it then comes again soon.
const DOUBTFUL = 15;

/** A message that this client holds, with its current receipt. Times are in ms of performance.now(). */
export class Lease {
  #giveBack;
  /**
   * The renewal that is under way. Until it is answered, the client does not know whether the old or the new receipt is valid.
   * @type {Promise<unknown> | undefined}
   */
  renewal;
  /** Whether the server has said that this client does not hold the message any more. */
  lost = false;
  /** Settles when the release has ended; undefined if the handler has not released the message. @type {Promise<void> | undefined} */
  released;
  /** When the next renewal is due; Infinity if there will be none. */
  due;
  /** When the lease ends. */
  end;
  /** Until when the lease is renewed. */
  until;

  /**
   * @param {import('./inbox.js').Leased} message
   * @param {number} seconds
   * @param {number} renewFor in seconds
   * @param {(lease: Lease, seconds: number) => Promise<void>} giveBack
   */
  constructor({ receipt, ...message }, seconds, renewFor, giveBack) {
    this.message = message;
    this.receipt = receipt;
    this.until = performance.now() + renewFor * 1000;
    this.due = performance.now() + seconds * 500;
    this.end = performance.now() + seconds * 1000;
    this.#giveBack = giveBack;
  }

  /** Whether a renewal is of use, now or later. */
  get isOpen() {
    return !this.lost && !this.released && this.due <= this.until;
  }

  /** @param {number} seconds */
  release(seconds) {
    return this.released ??= this.#giveBack(this, seconds);
  }
}

/** Keeps messages from other readers while they are being handled, and gives back those that the handler releases. */
export class Leases {
  #mailbox;
  #receipts;
  #seconds;
  #renewFor;
  #failures = 0;
  /** Whether the app has ever answered a renewal. Otherwise a 404 means that it is too old. */
  #known = false;
  #warned = false;
  /** @type {Set<Promise<void>>} */
  #releases = new Set();

  /**
   * @param {import('./mailbox.js').Mailbox} mailbox
   * @param {import('./receipts.js').Receipts} receipts
   * @param {number} seconds of a lease
   * @param {number} renewFor for how many seconds a message is renewed at most
   */
  constructor(mailbox, receipts, seconds, renewFor) {
    this.#mailbox = mailbox;
    this.#receipts = receipts;
    this.#seconds = seconds;
    this.#renewFor = renewFor;
  }

  /**
   * The seconds of a lease that a poll asks for. Only a lease that is renewed in time can be shorter than the user's.
   * @param {boolean} isDoubtful whether the poll may be cut
   */
  secondsFor(isDoubtful) {
    return isDoubtful && this.#renewFor > 0 && !isHidden() ? Math.min(this.#seconds, DOUBTFUL) : this.#seconds;
  }

  /**
   * Begins to renew the messages of a batch that has just arrived, and with them the handled ones that are not acknowledged yet. Remove from
   * `held` what is handled or has failed. `end` stops, and resolves when no renewal is under way; until then the receipts may change.
   * @param {import('./inbox.js').Leased[]} batch
   * @param {number} seconds of the lease that the poll asked for
   * @param {AbortSignal} signal ends it too
   */
  keep(batch, seconds, signal) {
    const giveBack = (/** @type {Lease} */ lease, /** @type {number} */ after) => this.#release(lease, after, signal);
    const held = new Set(batch.map(message => new Lease(message, seconds, this.#renewFor, giveBack)));
    const over = new AbortController();
    const stop = () => over.abort();
    signal.addEventListener('abort', stop);
    const kept = this.#renewAll(held, seconds, over.signal);
    const end = () => {
      stop();
      signal.removeEventListener('abort', stop);
      return kept;
    };
    return { held, end };
  }

  /** Resolves when no release is under way. */
  async settled() {
    await Promise.allSettled(this.#releases);
  }

  /**
   * @param {Set<Lease>} held
   * @param {number} seconds
   * @param {AbortSignal} signal
   */
  async #renewAll(held, seconds, signal) {
    const open = () => [...held, ...this.#receipts.free].filter(({ isOpen }) => isOpen);
    for (let supported = true; supported && !signal.aborted;) {
      // If there is nothing to renew now, there may be later: an acknowledgement that is under way may fail.
      const due = Math.min(...open().map(lease => lease.due), performance.now() + seconds * 500);
      await pause(due - performance.now(), signal);
      const overdue = open().filter(lease => lease.due <= performance.now());
      if (!signal.aborted) {
        supported = await this.#renew(overdue);
      }
    }
  }

  /**
   * Returns false if the app knows no renewals.
   * @param {Lease[]} leases
   */
  async #renew(leases) {
    const seconds = isHidden() ? Math.max(this.#seconds, HIDDEN) : this.#seconds;
    const renewals = [];
    for (let from = 0; from < leases.length; from += MAX_BATCH) {
      const batch = leases.slice(from, from + MAX_BATCH);
      const renewal = this.#send(batch, seconds).finally(() => batch.forEach(lease => { lease.renewal = undefined; }));
      batch.forEach(lease => { lease.renewal = renewal; });
      renewals.push(renewal);
    }

    return !(await Promise.all(renewals)).includes(false);
  }

  /**
   * @param {Lease[]} leases
   * @param {number} seconds
   */
  async #send(leases, seconds) {
    const began = performance.now();
    let told;
    let retryAfter = 0;
    try {
      told = await this.#mailbox.renew(leases.map(({ receipt }) => receipt), seconds);
      this.#known = true;
    } catch (error) {
      const answered = error instanceof FuncCometError ? error : undefined;
      if (!this.#known && answered && [404, 405].includes(answered.status)) {
        this.#warn();
        return false;
      }

      told = answered?.problem;
      retryAfter = answered?.retryAfter ?? 0;
    }

    const unknown = [];
    for (const lease of leases) {
      const renewed = listOf(told?.leases).find(each => each?.receipt === lease.receipt)?.renewed;
      if (typeof renewed === 'string') {
        lease.receipt = renewed;
        lease.due = began + seconds * 500;
        lease.end = began + seconds * 1000;
      } else if (listOf(told?.expired).includes(lease.receipt)) {
        // Somebody else has the message, or an earlier renewal was done whose answer was lost: then it comes again, as a repeat if it has
        // been handled.
        lease.lost = true;
        this.#receipts.drop([lease]);
      } else {
        unknown.push(lease);
      }
    }

    this.#failures = unknown.length > 0 ? this.#failures + 1 : 0;
    const next = performance.now() + backoff(this.#failures) + retryAfter;
    unknown.forEach(lease => { lease.due = next < lease.end ? next : Infinity; });
    return true;
  }

  #warn() {
    if (!this.#warned) {
      this.#warned = true;
      console.warn('funccomet: the FuncComet app does not know /lease yet, so leases are not renewed; a message whose handler takes longer than its lease may be delivered again');
    }
  }

  /**
   * @param {Lease} lease
   * @param {number} seconds
   * @param {AbortSignal} signal ends the attempts
   */
  #release(lease, seconds, signal) {
    const released = this.#giveBack(lease, seconds, signal);
    this.#releases.add(released);

    // The handler need not wait for it.
    released.catch(error => console.error(`funccomet: release failed for ${lease.message.id}, which comes again when its lease ends`, error))
      .finally(() => this.#releases.delete(released));
    return released;
  }

  /**
   * @param {Lease} lease
   * @param {number} seconds
   * @param {AbortSignal} signal
   */
  async #giveBack(lease, seconds, signal) {
    await lease.renewal;
    for (let attempt = 1; !lease.lost; attempt++) {
      try {
        await this.#mailbox.release(lease.receipt, seconds);
        return;
      } catch (error) {
        const answered = error instanceof FuncCometError ? error : undefined;
        if (answered?.status === 410) {
          // An earlier attempt was done whose answer was lost, or the lease had ended before.
          return;
        }

        const wait = backoff(attempt) + (answered?.retryAfter ?? 0);
        if (answered?.refused || signal.aborted || performance.now() + wait > lease.end) {
          throw error;
        }

        await pause(wait, signal);
      }
    }
  }
}

function isHidden() {
  return globalThis.document?.visibilityState === 'hidden';
}

/**
 * @param {unknown} value
 * @returns {any[]}
 */
function listOf(value) {
  return Array.isArray(value) ? value : [];
}
