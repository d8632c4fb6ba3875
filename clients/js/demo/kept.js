// Keeps received messages where they outlive a crash of the page. A message counts as handled only once it is kept. Repeats are known by
// id.

const MAX_MESSAGES = 300;

// In characters; longer than anything that is written on this page.
const MAX_TEXT = 5000;

export class Kept {
  #key;
  #messages;

  constructor(rcpt) {
    this.#key = `messages of ${rcpt}`;
    this.#messages = JSON.parse(storage()?.getItem(this.#key) ?? '[]');
  }

  get all() {
    return this.#messages;
  }

  /**
   * Keeps a message; a repeat replaces the first. If the storage, which all people of the demo share, is full, fewer are kept and none
   * fails.
   */
  add(message) {
    this.#messages = [...this.#messages.filter(({ id }) => id !== message.id), shorten(message)].slice(-MAX_MESSAGES);
    while (!this.#store() && this.#messages.length > 0) {
      this.#messages = this.#messages.slice(Math.ceil(this.#messages.length / 2));
    }
  }

  #store() {
    try {
      storage()?.setItem(this.#key, JSON.stringify(this.#messages));
      return true;
    } catch (error) {
      if (error.name !== 'QuotaExceededError') {
        throw error;
      }

      return false;
    }
  }
}

/** The page's storage; undefined where the browser forbids it, as where it blocks cookies. The messages then end with the page. */
function storage() {
  try {
    return sessionStorage;
  } catch (error) {
    if (error.name !== 'SecurityError') {
      throw error;
    }

    return undefined;
  }
}

/** Drops bodies that are not text, since the page does not show them. */
function shorten({ base64: _, text, ...message }) {
  return { ...message, text: text?.slice(0, MAX_TEXT) };
}
