import { pause } from './retry.js';

// How often the handler is given a message that it fails for or releases: the server's default number of deliveries.
const MAX_TRIES = 10;

/** Gives the handler what the leader shares with this tab. The server delivers nothing again to a tab that does not lead. */
export class Shared {
  #inbox;
  #pause;
  /** @type {Map<string, import('./inbox.js').Content>} What each id was last shared as, until it is done. */
  #open = new Map();

  /**
   * @param {import('./inbox.js').Inbox} inbox
   * @param {number} seconds the pause after a failure
   */
  constructor(inbox, seconds) {
    this.#inbox = inbox;
    this.#pause = seconds;
  }

  /**
   * Retries after a failure or a release, until the signal aborts. If the message is shared again meanwhile, that one is tried instead.
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

      await pause((hold.seconds ?? this.#pause) * 1000, signal);
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
