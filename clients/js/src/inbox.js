// How many ids and keys are remembered, and for how many ms. A message comes again when its lease ends, and a lease lasts an hour at most.
const MAX_REMEMBERED = 4096;
const REMEMBERED = 2 * 3_600_000;

/** @typedef {import('./index.js').Message & { receipt: string }} Leased */

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
   * Resolves when the handler is done. A failed message may come again; a repeat has the id or key of a message that was handled before.
   * @param {import('./index.js').Message} message
   * @returns {Promise<'handled' | 'repeat' | 'failed'>}
   */
  take(message) {
    const outcome = this.#turn.then(() => this.#handle(message));
    this.#turn = outcome;
    return outcome;
  }

  /** Stops giving messages to the handler; resolves when the handler has finished with the current one. */
  async close() {
    this.#closed = true;
    await this.#turn;
  }

  /**
   * @param {import('./index.js').Message} message
   * @returns {Promise<'handled' | 'repeat' | 'failed'>}
   */
  async #handle(message) {
    if (this.#closed) {
      return 'failed';
    }

    this.#forget();
    const marks = [`id ${message.id}`, ...(message.key === undefined ? [] : [`key ${message.key}`])];
    if (marks.some(mark => this.#handled.has(mark))) {
      return 'repeat';
    }

    try {
      await this.#onMessage(message);
    } catch (error) {
      console.error(`funccomet: onMessage failed for ${message.id}, which comes again`, error);
      return 'failed';
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
