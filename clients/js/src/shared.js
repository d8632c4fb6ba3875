import { pause } from './retry.js';

// How often the handler is given a message that it fails for or releases: the server's default number of deliveries.
const MAX_TRIES = 10;

/** Gives the handler what the leader shares with this tab. The server delivers nothing again to a tab that does not lead. */
export class Shared {
  #inbox;
  #pause;
  /** @type {Map<string, import('./inbox.js').Content>} The newest delivery of each message that is not done, by id. */
  #open = new Map();

  /**
   * @param {import('./inbox.js').Inbox} inbox
   * @param {number} seconds the pause after a failure, and after a release that names none
   */
  constructor(inbox, seconds) {
    this.#inbox = inbox;
    this.#pause = seconds;
  }

  /**
   * Retries after a failure or a release, until the signal aborts. If the message is shared again meanwhile, the newer delivery is tried
   * instead, with a new count.
   * @param {import('./inbox.js').Content} message
   * @param {AbortSignal} signal
   */
  async take(message, signal) {
    this.#open.set(message.id, message);
    for (let tries = 1; !signal.aborted && this.#open.get(message.id) === message; tries++) {
      const hold = new LocalHold();
      const outcome = await this.#inbox.take(message, hold);
      if (['handled', 'repeat'].includes(outcome) || tries === MAX_TRIES) {
        break;
      }

      await pause((hold.seconds || this.#pause) * 1000, signal);
    }

    if (this.#open.get(message.id) === message) {
      this.#open.delete(message.id);
    }
  }
}

/** A message that this tab has, but not its lease: it is released in this tab alone. */
class LocalHold {
  lost = false;
  /** @type {Promise<void> | undefined} */
  released;
  /** @type {number | undefined} */
  seconds;

  /** @param {number} seconds */
  release(seconds) {
    this.seconds ??= seconds;
    return this.released ??= Promise.resolve();
  }
}
