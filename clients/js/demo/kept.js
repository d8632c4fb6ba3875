// What was received, kept where it outlives a crash. Only then a message counts as handled: one that comes again is known by its id.

const MOST = 300;

// In characters; longer than anything that is written on this page.
const LONGEST = 5000;

export class Kept {
  #key;
  #messages;

  constructor(rcpt) {
    this.#key = `messages of ${rcpt}`;
    this.#messages = JSON.parse(sessionStorage.getItem(this.#key) ?? '[]');
  }

  get all() {
    return this.#messages;
  }

  /** One that came again takes the place of what was there. Fewer are kept where the storage is full, which all people of this page share: no message fails for it. */
  add(message) {
    this.#messages = [...this.#messages.filter(({ id }) => id !== message.id), shorten(message)].slice(-MOST);
    while (!this.#store() && this.#messages.length > 0) {
      this.#messages = this.#messages.slice(Math.ceil(this.#messages.length / 2));
    }
  }

  #store() {
    try {
      sessionStorage.setItem(this.#key, JSON.stringify(this.#messages));
      return true;
    } catch (error) {
      if (error.name !== 'QuotaExceededError') {
        throw error;
      }

      return false;
    }
  }
}

/** Of what is no text nothing is shown. */
function shorten({ base64: _, text, ...message }) {
  return { ...message, text: text?.slice(0, LONGEST) };
}
