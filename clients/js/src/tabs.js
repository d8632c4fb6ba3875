// In ms: how often the leader is heard of, and after how long a silence it is taken for frozen. The timers of hidden pages run once a minute.
const BEAT = 15_000;
const SILENCE = 150_000;

/**
 * The tabs of one browser that receive for one recipient. One of them, the leader, holds a Web Lock and polls; it tells the others over a
 * BroadcastChannel. When its tab is closed the browser gives the lock to the next. Where there are no locks (no secure context, Node) each one leads.
 */
export class Tabs {
  #name;
  #listener;
  /** @type {BroadcastChannel | undefined} */
  #channel;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #beat;
  /** @type {import('./index.js').LineState | undefined} What the leader, where it is this tab, has said last. */
  #said;
  #heard = Date.now();
  #ticked = Date.now();
  #leave = () => {};

  /**
   * @param {string} name
   * @param {{ onMessage(message: import('./index.js').Message): unknown, onState(state: import('./index.js').LineState): unknown }} listener
   */
  constructor(name, listener) {
    this.#name = name;
    this.#listener = listener;
    if (globalThis.isSecureContext && navigator.locks && globalThis.BroadcastChannel) {
      this.#channel = new BroadcastChannel(name);
      this.#channel.onmessage = ({ data }) => this.#hear(data);
      this.#channel.postMessage({ hello: true });
      this.#beat = setInterval(() => this.#tick(), BEAT);
    }
  }

  /**
   * Does the leader's work when it is this tab's turn, until the signal ends it or the lead is lost.
   * @param {(signal: AbortSignal) => Promise<void>} work
   * @param {AbortSignal} signal
   */
  async lead(work, signal) {
    if (!this.#channel) {
      return work(signal);
    }

    const lead = new AbortController();
    this.#leave = () => lead.abort();
    signal.addEventListener('abort', this.#leave);
    /** @type {Promise<void> | undefined} */
    let working;
    try {
      // A lock is stolen from a frozen tab: it would hold it until somebody looks at it again.
      await navigator.locks.request(this.#name, this.#isSilent() ? { steal: true } : { signal: lead.signal }, () => {
        this.#said = { state: 'connecting' };
        return working = work(lead.signal);
      });
    } catch (error) {
      const { name } = /** @type {Error} */ (error);
      if (name === 'SecurityError') {
        // A page that may not use locks, such as a sandboxed frame.
        this.close();
      } else if (name !== 'AbortError') {
        throw error;
      } else if (!lead.signal.aborted) {
        // Not called off but stolen, by a tab that is awake.
        this.#heard = Date.now();
      }
    } finally {
      lead.abort();
      signal.removeEventListener('abort', this.#leave);
      this.#said = undefined;
      await working;
    }
  }

  /** @param {import('./index.js').Message[]} messages */
  share(messages) {
    this.#channel?.postMessage({ messages });
  }

  /** @param {import('./index.js').LineState} state */
  say(state) {
    this.#said = state;
    this.#channel?.postMessage({ state });
  }

  close() {
    clearInterval(this.#beat);
    this.#channel?.close();
    this.#channel = undefined;
  }

  #isSilent() {
    return Date.now() - this.#heard > SILENCE;
  }

  /** @param {{ messages?: import('./index.js').Message[], state?: import('./index.js').LineState, hello?: boolean }} data */
  #hear({ messages = [], state, hello }) {
    if (hello) {
      // A tab that came late learns how things stand.
      this.#repeat();
      return;
    }

    this.#heard = Date.now();
    messages.forEach(message => this.#listener.onMessage(message));
    if (state && !this.#said) {
      this.#listener.onState(state);
    }
  }

  #repeat() {
    if (this.#said) {
      this.say(this.#said);
    }
  }

  #tick() {
    const now = Date.now();
    if (this.#said || now - this.#ticked > SILENCE / 2) {
      // Nobody else is to be heard of, or it was this tab that slept.
      this.#heard = now;
    }

    this.#ticked = now;
    this.#repeat();
    if (!this.#said && this.#isSilent()) {
      this.#leave();
    }
  }
}
