// How many ids and keys are remembered, and for how long, in ms: a message comes again when its lease ends, and leases are an hour at most.
const MOST_REMEMBERED = 4096;
const REMEMBERED = 2 * 3_600_000;

/** @typedef {import('./index.js').Message & { receipt: string }} Leased */

/** Gives messages to the handler: one after another, in the order they came, and none twice. */
export class Inbox {
  #onMessage;
  /** @type {Promise<unknown>} */
  #turn = Promise.resolve();
  /** @type {Map<string, number>} When each was handled, the oldest first. */
  #handled = new Map();
  #closed = false;

  /** @param {(message: import('./index.js').Message) => unknown} onMessage */
  constructor(onMessage) {
    this.#onMessage = onMessage;
  }

  /**
   * A message that failed may come again; a repeat is one that was handled before, by its id or its key.
   * @param {import('./index.js').Message} message
   * @returns {Promise<'handled' | 'repeat' | 'failed'>}
   */
  take(message) {
    const outcome = this.#turn.then(() => this.#handle(message));
    this.#turn = outcome;
    return outcome;
  }

  /** Gives nothing more to the handler; resolves when it has finished with what it has. */
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
      this.#handled.set(mark, Date.now());
    }

    return 'handled';
  }

  #forget() {
    for (const [mark, at] of this.#handled) {
      if (this.#handled.size <= MOST_REMEMBERED && Date.now() - at < REMEMBERED) {
        return;
      }

      this.#handled.delete(mark);
    }
  }
}
