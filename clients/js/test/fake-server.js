/**
 * Replaces fetch with scripted answers: a request takes the next answer, or is held until there is one. Removed when the test ends.
 */
export class FakeServer {
  /** Every request: { method, path, query, headers, keepalive, cache, aborted }. */
  requests = [];
  #answers = [];
  #held = [];

  /** @param {import('node:test').TestContext} test */
  constructor(test) {
    test.mock.method(globalThis, 'fetch', (url, init) => this.#fetch(new URL(url), init));
  }

  /** How many requests wait for an answer. */
  get held() {
    return this.#held.length;
  }

  get last() {
    return this.requests.at(-1);
  }

  get polls() {
    return this.requests.filter(request => request.path.endsWith('/poll'));
  }

  get acknowledgements() {
    return this.requests.filter(request => request.path.endsWith('/ack'));
  }

  get renewals() {
    return this.requests.filter(request => request.path.endsWith('/lease'));
  }

  /** Answers a poll 200 with these messages. */
  async deliver(...messages) {
    await this.answer(200, JSON.stringify({ messages }));
  }

  async answer(status, body = null, headers = {}) {
    await this.#give(() => new Response(body, { status, headers }));
  }

  async refuse(status, detail, headers = {}) {
    await this.answer(status, JSON.stringify({ status, detail }), { 'Content-Type': 'application/problem+json', ...headers });
  }

  /** Fails a request as when there is no connection. */
  async fail() {
    await this.#give(() => { throw new TypeError('fetch failed'); });
  }

  /** Answers, but the connection breaks in the middle of the body. */
  async cut(status, headers = {}) {
    const body = () => new ReadableStream({ pull(controller) { controller.error(new TypeError('terminated')); } });
    await this.#give(() => new Response(body(), { status, headers }));
  }

  async #give(answer) {
    const held = this.#held.shift();
    if (held) {
      held(answer);
    } else {
      this.#answers.push(answer);
    }

    await settled();
  }

  async #fetch({ pathname, searchParams }, { method = 'GET', headers = {}, keepalive, cache, body, signal }) {
    signal?.throwIfAborted();
    const request = { method, path: pathname, query: searchParams, headers, keepalive, cache, body, get aborted() { return signal?.aborted ?? false; } };
    this.requests.push(request);
    // An acknowledgement is never held: it takes the next answer if there is one, else 204.
    if (pathname.endsWith('/ack') && this.#answers.length === 0) {
      return new Response(null, { status: 204 });
    }

    const answer = this.#answers.shift() ?? await new Promise((resolve, reject) => {
      this.#held.push(resolve);
      signal?.addEventListener('abort', () => {
        this.#held = this.#held.filter(each => each !== resolve);
        reject(signal.reason);
      });
    });
    return answer();
  }
}

/** What a renewal answers: the receipts of the query, each with `+` behind it. */
export function renewed(receipts, more = {}) {
  return JSON.stringify({ leases: receipts.map(receipt => ({ receipt, renewed: `${receipt}+`, expires: '2026-01-02T04:00:00.000Z' })), expired: [], ...more });
}

/** Waits until everything has run that does not wait for a timer or an answer. */
export async function settled() {
  for (let turn = 0; turn < 20; turn++) {
    await new Promise(resolve => setImmediate(resolve));
  }
}

/** Stops a subscription before the test ends, or it would use the next test's timers. Does not wait for a handler that never finishes. */
export async function stopped(stop) {
  stop();
  await settled();
}

export function message(id, more = {}) {
  return { id, time: '2026-01-02T03:04:05.000Z', deliveries: 1, contentType: 'text/plain', text: `text of ${id}`, receipt: `receipt-${id}`, ...more };
}

// Both in ms: what Date.now() and performance.now() say.
let wall = 0;
let monotonic = 0;

/** Makes timers and clocks stand still until the test moves them, and Math.random return 0.5. */
export function stopTime(test) {
  wall = Date.parse('2026-01-02T03:04:05Z');
  monotonic = 5000;
  test.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  test.mock.method(Date, 'now', () => wall);
  test.mock.method(performance, 'now', () => monotonic);
  test.mock.method(Math, 'random', () => 0.5);
}

/** Moves clocks and timers in small steps. In one long step all timers would fire at its end, as after a sleep. */
export async function pass(test, ms) {
  for (let left = ms; left >= 0; left -= 5000) {
    work(Math.min(left, 5000));
    test.mock.timers.tick(Math.min(left, 5000));
    await settled();
  }
}

/** Moves the clocks without the timers, as when a handler works. */
export function work(ms) {
  wall += ms;
  monotonic += ms;
}

/** Moves the clock alone: forward as when the machine sleeps, back or forward as when somebody sets it. */
export function setClock(ms) {
  wall += ms;
}
