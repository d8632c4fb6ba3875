/**
 * Provides what a page has and Node 20 lacks: a secure context, Web Locks and page events. BroadcastChannel is Node's own. Removed when the
 * test ends.
 */
export class FakeBrowser {
  page = new EventTarget();
  /** Set to true to make locks throw, as in a sandboxed frame. */
  forbidden = false;
  #queues = new Map();

  /** @param {import('node:test').TestContext} test */
  constructor(test) {
    const values = {
      isSecureContext: true,
      navigator: { onLine: true, locks: { request: (...parameters) => this.#request(...parameters) } },
      addEventListener: this.page.addEventListener.bind(this.page),
      removeEventListener: this.page.removeEventListener.bind(this.page),
    };
    for (const [name, value] of Object.entries(values)) {
      Object.defineProperty(globalThis, name, { value, configurable: true });
      test.after(() => { delete globalThis[name]; });
    }
  }

  get locks() {
    return [...this.#queues.keys()];
  }

  /** Takes the lock from the leader without telling it, as the browser does when the tab closes. */
  closeLeader() {
    const [queue] = this.#queues.values();
    queue.shift();
    queue[0]?.hold();
  }

  async #request(name, { steal = false, signal }, callback) {
    if (this.forbidden) {
      throw new DOMException('Locks are not for this page.', 'SecurityError');
    }

    const queue = this.#queues.get(name) ?? this.#queues.set(name, []).get(name);
    return new Promise((resolve, reject) => {
      const entry = {
        held: false,
        reject,
        hold() {
          entry.held = true;
          Promise.resolve(callback()).then(resolve, reject).finally(() => leave());
        },
      };
      const leave = () => {
        const index = queue.indexOf(entry);
        if (index >= 0) {
          queue.splice(index, 1);
          if (index === 0) {
            queue[0]?.hold();
          }
        }
      };
      signal?.addEventListener('abort', () => {
        if (!entry.held) {
          leave();
          reject(signal.reason);
        }
      });
      if (steal) {
        queue.shift()?.reject(new DOMException('The lock was stolen.', 'AbortError'));
        queue.unshift(entry);
      } else {
        queue.push(entry);
      }

      if (queue[0] === entry) {
        entry.hold();
      }
    });
  }
}
