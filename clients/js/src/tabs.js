// In ms: how often the leader repeats its state, and after how long a silence it counts as frozen. Timers of hidden pages run once a
// minute.
const BEAT = 15_000;
const SILENCE = 150_000;

/**
 * One of the browser's tabs that receive for the same recipient. The leader among them holds a Web Lock, polls, and shares messages and
 * state over a BroadcastChannel. When its tab closes, the browser gives the lock to the next tab. Without locks (no secure context, Node)
 * every tab leads.
 */
export class Tabs {
  #name;
  #listener;
  /** @type {BroadcastChannel | undefined} */
  #channel;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #beat;
  /** @type {import('./index.js').LineState | undefined} The last state that this tab has said as the leader; undefined if it is not. */
  #said;
  #heard = performance.now();
  #ticked = performance.now();
  #leave = () => {};

  /**
   * @param {string} name
   * @param {{ onMessage(message: import('./inbox.js').Content): unknown, onState(state: import('./index.js').LineState): unknown }} listener
   */
  constructor(name, listener) {
    this.#name = name;
    this.#listener = listener;
    if (globalThis.isSecureContext && navigator.locks && globalThis.BroadcastChannel) {
      this.#channel = openChannel(name);
    }

    if (this.#channel) {
      this.#channel.onmessage = ({ data }) => this.#hear(data);
      this.#channel.postMessage({ hello: true });
      this.#beat = setInterval(() => this.#tick(), BEAT);
    }
  }

  /**
   * Waits for the lead, then does the leader's work until the signal aborts or the lead is lost.
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
      // Steal the lock from a frozen tab, which would keep it until a user opens that tab again.
      await navigator.locks.request(this.#name, this.#isSilent() ? { steal: true } : { signal: lead.signal }, () => {
        this.#said = { state: 'connecting' };
        return working = work(lead.signal);
      });
    } catch (error) {
      const { name } = /** @type {Error} */ (error);
      if (name === 'SecurityError') {
        // This page may not use locks, like a sandboxed frame.
        this.close();
      } else if (name !== 'AbortError') {
        throw error;
      } else if (!lead.signal.aborted) {
        // This tab did not give up: a tab that is awake has stolen the lock.
        this.#heard = performance.now();
      }
    } finally {
      lead.abort();
      signal.removeEventListener('abort', this.#leave);
      this.#said = undefined;
      await working;
    }
  }

  /** @param {import('./inbox.js').Content[]} messages */
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
    return performance.now() - this.#heard > SILENCE;
  }

  /** @param {{ messages?: import('./inbox.js').Content[], state?: import('./index.js').LineState, hello?: boolean }} data */
  #hear({ messages = [], state, hello }) {
    if (hello) {
      // Tell a new tab the current state.
      this.#repeat();
      return;
    }

    this.#heard = performance.now();
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
    const now = performance.now();
    if (this.#said || now - this.#ticked > SILENCE / 2) {
      // This tab leads, so that there is no other to hear of; or this tab slept, which says nothing of the leader.
      this.#heard = now;
    }

    this.#ticked = now;
    this.#repeat();
    if (!this.#said && this.#isSilent()) {
      this.#leave();
    }
  }
}

/**
 * Opens the channel; undefined where the browser forbids it to this page: Firefox does so where it blocks cookies.
 * @param {string} name
 */
function openChannel(name) {
  try {
    return new BroadcastChannel(name);
  } catch (error) {
    if (/** @type {Error} */ (error).name !== 'SecurityError') {
      throw error;
    }

    return undefined;
  }
}
