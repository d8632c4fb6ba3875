import { checkWhole } from './options.js';

// How many ids and keys are remembered, and for how many ms. A message comes again when its lease ends, and a lease lasts an hour at most.
const MAX_REMEMBERED = 4096;
const REMEMBERED = 2 * 3_600_000;

// In seconds.
const MAX_RELEASE = 604_800;

/**
 * @typedef {Omit<import('./index.js').Message, 'release'>} Content what is delivered
 * @typedef {Content & { receipt: string }} Leased
 * @typedef {'handled' | 'repeat' | 'failed' | 'released'} Outcome
 */

/**
 * @typedef {object} Hold What the inbox needs to know of a message's lease
 * @property {boolean} lost Whether the message is not held any more
 * @property {Promise<void> | undefined} released Settles when the release has ended; undefined if the handler has not released it
 * @property {(seconds: number) => Promise<void>} release Gives it back, to come again after this time
 */

/** Gives messages to the handler one at a time, in the order they arrive, and drops repeats. */
export class Inbox {
  #onMessage;
  /** @type {Promise<unknown>} */
  #turn = Promise.resolve();
  /** @type {Map<string, number>} When each id and key was handled, oldest first. */
  #handled = new Map();
  #closed = false;

  /** @param {(message: import('./index.js').Message) => unknown} onMessage */
  constructor(onMessage) {
    this.#onMessage = onMessage;
  }

  /**
   * Resolves when the handler is done. A failed message may come again, and so does a released one; a repeat has the id or key of a message
   * that was handled before.
   * @param {Content} message
   * @param {Hold} hold
   * @returns {Promise<Outcome>}
   */
  take(message, hold) {
    const outcome = this.#turn.then(() => this.#handle(message, hold));
    this.#turn = outcome;
    return outcome;
  }

  /** Stops giving messages to the handler; resolves when the handler has finished with the current one. */
  async close() {
    this.#closed = true;
    await this.#turn;
  }

  /**
   * @param {Content} message
   * @param {Hold} hold
   * @returns {Promise<Outcome>}
   */
  async #handle(message, hold) {
    if (this.#closed || hold.lost) {
      return 'failed';
    }

    this.#forget();
    const marks = [`id ${message.id}`, ...(message.key === undefined ? [] : [`key ${message.key}`])];
    if (marks.some(mark => this.#handled.has(mark))) {
      return 'repeat';
    }

    let working = true;
    // These errors are logged where they happen.
    const failedReleases = new Set();
    const release = (seconds = 0) => {
      checkWhole('seconds', seconds, 0, MAX_RELEASE);
      if (!working) {
        throw new Error(`message ${message.id} cannot be released: its handler has finished`);
      }

      const released = hold.release(seconds);
      released.catch(error => failedReleases.add(error));
      return released;
    };
    try {
      // Not enumerable, so that a copy of the message is data alone, as postMessage and databases need it.
      const given = Object.defineProperty({ ...message }, 'release', { value: release });
      await this.#onMessage(/** @type {import('./index.js').Message} */ (given));
    } catch (error) {
      if (!failedReleases.has(error)) {
        console.error(`funccomet: onMessage failed for ${message.id}, which comes again`, error);
      }

      return hold.released ? 'released' : 'failed';
    } finally {
      working = false;
    }

    if (hold.released) {
      return 'released';
    }

    for (const mark of marks) {
      this.#handled.set(mark, performance.now());
    }

    return 'handled';
  }

  #forget() {
    for (const [mark, at] of this.#handled) {
      if (this.#handled.size <= MAX_REMEMBERED && performance.now() - at < REMEMBERED) {
        return;
      }

      this.#handled.delete(mark);
    }
  }
}
