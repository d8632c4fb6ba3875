import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepPolling } from '../src/polling.js';
import { FuncCometError } from '../src/http.js';
import { pass, setClock, settled, stopTime, work } from './fake-server.js';

// What is learnt of an origin is kept, so each test has one of its own.
let origins = 0;

/** Polls that the test answers one by one. */
async function start(context, { news = true, firstWait = 0 } = {}) {
  stopTime(context);
  const stop = new AbortController();
  const line = { waits: [], states: [], taken: [], stop: () => stop.abort() };
  line.ended = keepPolling({
    url: `https://polling-${++origins}.example/api`,
    mayCut: true,
    ask: ({ wait, watch }, turn) => watch(() => new Promise((resolve, reject) => {
      line.waits.push(wait);
      Object.assign(line, {
        answer: async (answer, retryAfter = 0) => { resolve({ answer, retryAfter }); await settled(); },
        fail: async error => { reject(error); await settled(); },
      });
      turn.addEventListener('abort', () => reject(turn.reason));
    })),
    take: async answer => { line.taken.push(answer); return news; },
    wait: 220,
    firstWait,
    onState: state => line.states.push(state),
    signal: stop.signal,
  });
  context.after(line.stop);
  await settled();
  return line;
}

test('polls without a wait first, then with a long one, and reports open', async context => {
  const line = await start(context);
  assert.deepEqual(line.states, [{ state: 'connecting' }]);
  await line.answer();

  assert.deepEqual(line.waits, [0, 220]);
  assert.deepEqual(line.states, [{ state: 'connecting' }, { state: 'open' }]);
});

test('polls again at once after an answer, whether it is empty or not', async context => {
  const line = await start(context);
  await line.answer();
  await line.answer('a message');
  await pass(context, 220_000);
  await line.answer();

  assert.deepEqual(line.waits, [0, 220, 220, 220]);
  assert.deepEqual(line.taken, ['a message']);
});

test('pauses longer after each failure, and polls without a wait first when it works again', async context => {
  const line = await start(context);
  await line.fail(new TypeError('fetch failed'));
  assert.deepEqual(line.states.at(-1), { state: 'retrying', retryIn: 250, reason: 'fetch failed' });
  await pass(context, 249);
  assert.equal(line.waits.length, 1);
  await pass(context, 1);
  assert.equal(line.waits.length, 2);
  await line.fail(new TypeError('fetch failed'));
  assert.equal(line.states.at(-1).retryIn, 500);
  await pass(context, 500);
  await line.answer();

  assert.deepEqual(line.waits, [0, 0, 0, 220]);
  assert.deepEqual(line.states.at(-1), { state: 'open' });
  await line.fail(new TypeError('fetch failed'));
  await pass(context, 250);
  assert.deepEqual(line.waits, [0, 0, 0, 220, 0]);
});

test('does not report a cut that the next poll, at once, mends', async context => {
  const line = await start(context);
  await line.answer();
  await line.fail(new TypeError('fetch failed'));
  await pass(context, 250);
  await line.answer();
  assert.deepEqual(line.states.map(({ state }) => state), ['connecting', 'open', 'open']);
  await line.fail(new TypeError('fetch failed'));
  await pass(context, 250);
  await line.fail(new TypeError('fetch failed'));

  assert.deepEqual(line.states.at(-1), { state: 'retrying', retryIn: 500, reason: 'fetch failed' });
});

test('reports a cut after which it waits as the server asks', async context => {
  const line = await start(context);
  await line.answer();
  await line.fail(new FuncCometError(503, undefined, 1000));

  assert.deepEqual(line.states.at(-1), { state: 'retrying', retryIn: 1250, status: 503, reason: 'HTTP 503' });
});

test('says connecting when a poll gets no answer after a cut', async context => {
  const line = await start(context);
  await line.answer();
  await line.fail(new TypeError('fetch failed'));
  await pass(context, 20_250);

  assert.deepEqual(line.states.at(-1), { state: 'connecting' });
});

test('polls that are cut after they were held do not make the pauses longer', async context => {
  const line = await start(context, { firstWait: 220 });
  for (let cut = 1; cut <= 8; cut++) {
    // Not twice at the same time, or polls would ask for less.
    await pass(context, 60_000 + cut % 2 * 30_000);
    await line.fail(new FuncCometError(504, undefined, 0));
    await pass(context, 250);
  }

  assert.equal(line.waits.length, 9);
});

test('waits for Retry-After plus its own pause', async context => {
  const line = await start(context);
  await line.fail(new FuncCometError(503, undefined, 5000));

  assert.deepEqual(line.states.at(-1), { state: 'retrying', retryIn: 5250, status: 503, reason: 'HTTP 503' });
  await pass(context, 5249);
  assert.equal(line.waits.length, 1);
  await pass(context, 1);
  assert.equal(line.waits.length, 2);
});

test('a long pause does not count as an overdue poll', async context => {
  const line = await start(context);
  await line.fail(new FuncCometError(503, undefined, 600_000));
  await pass(context, 600_000);
  assert.equal(line.waits.length, 1);
  await pass(context, 250);
  assert.equal(line.waits.length, 2);
});

test('408, 425 and 429 are transient, other 4xx are refusals', async context => {
  const line = await start(context);
  await line.fail(new FuncCometError(429, undefined, 0));
  await pass(context, 250);
  await line.fail(new FuncCometError(408, undefined, 0));
  await pass(context, 500);
  await line.fail(new FuncCometError(425, undefined, 0));
  await pass(context, 1000);
  line.fail(new FuncCometError(404, undefined, 0));

  await assert.rejects(line.ended, { status: 404 });
});

for (const status of [403, 404]) {
  test(`a passing ${status} after an answer is retried`, async context => {
    const line = await start(context);
    await line.answer();
    await line.fail(new FuncCometError(status, undefined, 0));
    await pass(context, 250);
    await line.answer();

    assert.equal(line.waits.length, 4);
    assert.equal(line.states.at(-1).state, 'open');
  });

  test(`a ${status} that lasts two minutes is a refusal, whatever else fails meanwhile`, async context => {
    const line = await start(context);
    await line.answer();
    await line.fail(new FuncCometError(status, undefined, 0));
    await line.fail(new TypeError('fetch failed'));
    await pass(context, 119_000);
    await line.fail(new FuncCometError(status, undefined, 0));
    await pass(context, 1_000);
    line.fail(new FuncCometError(status, undefined, 0));

    await assert.rejects(line.ended, { status });
  });
}

test('another refusal after an answer counts at once', async context => {
  const line = await start(context);
  await line.answer();
  line.fail(new FuncCometError(401, undefined, 0));

  await assert.rejects(line.ended, { status: 401 });
});

test('after an empty answer with Retry-After it waits a random share of it', async context => {
  const line = await start(context);
  await line.answer();
  await line.answer(undefined, 1000);
  assert.deepEqual(line.states.at(-1), { state: 'open' });
  await pass(context, 499);
  assert.equal(line.waits.length, 2);
  await pass(context, 1);
  assert.deepEqual(line.waits, [0, 220, 220]);
});

test('slows down when a server answers at once without messages', async context => {
  const line = await start(context);
  await line.answer();
  await line.answer();
  assert.equal(line.waits.length, 3, 'once is right: an instance that shuts down');
  await line.answer();
  assert.equal(line.waits.length, 3);
  await pass(context, 250);
  assert.equal(line.waits.length, 4);
  await line.answer();
  await pass(context, 499);
  assert.equal(line.waits.length, 4);
  await pass(context, 1);
  assert.equal(line.waits.length, 5);
});

test('slows down when a server answers only repeats', async context => {
  const line = await start(context, { news: false });
  await line.answer();
  await line.answer('repeat');
  await line.answer('repeat');

  assert.equal(line.waits.length, 3);
});

test('does not slow down when messages come fast', async context => {
  const line = await start(context);
  for (let count = 0; count < 10; count++) {
    await line.answer('news');
  }

  assert.equal(line.waits.length, 11);
});

test('gives up a poll that exceeds its wait', async context => {
  const line = await start(context);
  await line.answer();
  await pass(context, 230_000);
  assert.deepEqual(line.waits, [0, 220]);
  await pass(context, 10_000);
  assert.deepEqual(line.waits, [0, 220, 0]);
});

test('gives up an overdue poll even if the clock is set back', async context => {
  const line = await start(context);
  await line.answer();
  await pass(context, 200_000);
  setClock(-3_600_000);
  await pass(context, 40_000);

  assert.deepEqual(line.waits, [0, 220, 0]);
});

test('gives up a poll without a wait within 20 seconds', async context => {
  const line = await start(context);
  await pass(context, 10_000);
  await pass(context, 10_000);

  assert.deepEqual(line.waits, [0, 0]);
});

test('polls anew after the machine slept, but not when a hidden page’s timers are slow', async context => {
  const line = await start(context);
  await line.answer();
  await pass(context, 10_000);
  setClock(50_000);
  await pass(context, 10_000);
  assert.deepEqual(line.waits, [0, 220]);
  setClock(100_000);
  await pass(context, 10_000);

  assert.deepEqual(line.waits, [0, 220, 0]);
  assert.deepEqual(line.states.at(-1), { state: 'connecting' });
});

test('polls anew after a sleep in which the timers’ clock went on', async context => {
  const line = await start(context);
  await line.answer();
  work(101_000);
  await pass(context, 10_000);

  assert.deepEqual(line.waits, [0, 220, 0]);
});

for (const event of ['online', 'offline']) {
  test(`a change of the network ends a poll and a pause: ${event}`, async context => {
    const network = new EventTarget();
    globalThis.addEventListener = network.addEventListener.bind(network);
    globalThis.removeEventListener = network.removeEventListener.bind(network);
    context.after(() => { delete globalThis.addEventListener; delete globalThis.removeEventListener; });
    const line = await start(context);
    await line.answer();
    network.dispatchEvent(new Event(event));
    await settled();
    assert.deepEqual(line.waits, [0, 220, 0]);
    await line.fail(new TypeError('fetch failed'));
    assert.deepEqual(line.waits, [0, 220, 0]);
    network.dispatchEvent(new Event(event));
    await settled();

    assert.deepEqual(line.waits, [0, 220, 0, 0]);
  });
}

test('reports offline after a failure without a network', async context => {
  Object.defineProperty(globalThis, 'navigator', { value: { onLine: false }, configurable: true });
  context.after(() => { delete globalThis.navigator; });
  const line = await start(context);
  await line.fail(new TypeError('fetch failed'));

  assert.equal(line.states.at(-1).state, 'offline');
});

test('stop ends a poll or a pause and leaves no timer', async context => {
  const line = await start(context);
  await line.fail(new TypeError('fetch failed'));
  line.stop();
  await line.ended;
  await pass(context, 600_000);

  assert.equal(line.waits.length, 1);
});
