// What was received, kept where it outlives a crash. Only then a message counts as handled: one that comes again is known by its id.

const MOST = 300;

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

  /** One that came again takes the place of what was there. */
  add(message) {
    this.#messages = [...this.#messages.filter(({ id }) => id !== message.id), message].slice(-MOST);
    sessionStorage.setItem(this.#key, JSON.stringify(this.#messages));
  }
}
