import assert from 'node:assert/strict';
import { test } from 'node:test';
import { longpoll, subscribe } from 'funccomet';
import { Limits } from '../src/limits.js';
import { FakeServer, message, pass, renewed, setClock, settled, stopped, stopTime, work } from './fake-server.js';

// What is learnt of an origin is kept, so each test has one of its own.
let origins = 0;

/** Some recipients' subscriptions to an app, whose first polls, which do not wait, are answered. */
async function start(context, { recipients = ['alice'], url = `https://limits-${++origins}.example/api`, ...options } = {}) {
  stopTime(context);
  context.mock.method(console, 'error', () => {});
  const server = new FakeServer(context);
  const states = [];
  for (const rcpt of recipients) {
    const stop = subscribe({ url, rcpt, onMessage: () => {}, onState: ({ leader, ...state }) => states.push(state), ...options });
    context.after(() => stopped(stop));
  }

  await settled();
  const line = {
    server,
    states,
    url,
    /** Answers the polls that ask without a wait. */
    async open() {
      await pass(context, 250);
      for (let each = 0; each < recipients.length; each++) {
        await server.answer(204);
      }
    },

    /** Ends the poll of each after it was held so long. */
    async cut(ms, end = () => server.answer(504)) {
      await pass(context, ms);
      for (let each = 0; each < recipients.length; each++) {
        await end(server);
      }

      await line.open();
    },

    /** Answers polls when their waits are over, until one asks for its whole wait. */
    async untilProbe() {
      while (line.waits.at(-1) < 220) {
        await pass(context, line.waits.at(-1) * 1000);
        await server.answer(204);
      }
    },

    /** What the newest polls ask for, one for each recipient. */
    get waits() {
      return server.polls.slice(-recipients.length).map(({ query }) => Number(query.get('timeout')));
    },

    get lease() {
      return Number(server.polls.at(-1).query.get('lease'));
    },
  };
  await line.open();
  return line;
}

/** Replaces what the page keeps for a reload. */
function keep(context, storage) {
  Object.defineProperty(globalThis, 'sessionStorage', { configurable: true, ...storage });
  context.after(() => { delete globalThis.sessionStorage; });
}

/** A storage that works, by its entries. */
function keepIn(context, entries) {
  const storage = {
    getItem: name => entries.get(name) ?? null,
    setItem: (name, value) => entries.set(name, value),
    removeItem: name => entries.delete(name),
  };
  keep(context, { value: storage });
}

/** Begins a poll that is cut after this time. */
function beginPoll(limits, ms) {
  const cut = () => new Promise((_, reject) => setTimeout(() => reject(new TypeError('fetch failed')), ms));
  limits.begin(220, new AbortController().signal).watch(cut).catch(({ message }) => assert.equal(message, 'fetch failed'));
}

let reloads = 0;

/** The limits as a page knows them that was loaded anew. */
async function reload(url) {
  const { Limits } = await import(`../src/limits.js?reload=${++reloads}`);
  return Limits.of(url);
}

for (const [what, end] of [
  ['504', server => server.answer(504)],
  ['502', server => server.answer(502)],
  ['408', server => server.answer(408)],
  ['Cloudflare’s 524', server => server.answer(524)],
  ['504 with a problem document of a gateway', server => server.refuse(504, 'Upstream timeout.')],
  ['a reset', server => server.fail()],
  ['a connection that breaks in the answer', server => server.cut(200)],
  ['a page of a proxy', server => server.answer(200, '<html>The request took too long.</html>')],
  ['a 503 that is not the app’s', server => server.answer(503, '<html>Try again.</html>')],
  ['a 403 that is not the app’s', server => server.answer(403, '<html>Timeout.</html>')],
]) {
  test(`after two cuts at the same time polls ask for less, which is said once and without a change of state: ${what}`, async context => {
    const line = await start(context);
    assert.deepEqual(line.waits, [220]);
    await line.cut(30_000, end);
    assert.deepEqual(line.waits, [220]);
    await line.cut(30_000, end);
    assert.deepEqual(line.waits, [24]);
    await pass(context, 24_000);
    await line.server.answer(204);

    assert.deepEqual(line.waits, [24]);
    const reason = 'Requests are ended after 30 s, so polls ask for 24 s';
    assert.deepEqual(line.states, [{ state: 'connecting' }, { state: 'open' }, { state: 'open', reason }]);
  });
}

test('a cut after which the next poll, which follows at once, fails too is reported', async context => {
  const line = await start(context);
  await pass(context, 30_000);
  await line.server.answer(504);
  await pass(context, 250);
  await line.server.answer(504);

  assert.deepEqual(line.states.at(-1), { state: 'retrying', retryIn: 500, status: 504, reason: 'HTTP 504' });
});

for (const [first, second, wait] of [
  [30_000, 31_000, 24],
  [31_000, 30_000, 24],
  [29_900, 30_000, 23],
  [30_000, 33_334, 220],
  [100_000, 111_000, 80],
  [100_000, 112_000, 220],
  [5000, 6000, 5],
  [5000, 6001, 220],
  [3000, 3000, 5],
  [7500, 7500, 6],
]) {
  test(`after cuts at ${first} and ${second} ms polls ask for ${wait} s`, async context => {
    const line = await start(context);
    await line.cut(first);
    await line.cut(second);

    assert.deepEqual(line.waits, [wait]);
  });
}

test('after three cuts the last two count', async context => {
  const line = await start(context);
  await line.cut(10_000);
  await line.cut(60_000);
  assert.deepEqual(line.waits, [220]);
  await line.cut(60_000);

  assert.deepEqual(line.waits, [48]);
});

test('what ends within a second is no cut', async context => {
  const line = await start(context);
  await line.cut(999);
  await line.cut(999);

  assert.deepEqual(line.waits, [220]);
  assert.equal(line.lease, 30);
});

test('an error of the app is no cut', async context => {
  const line = await start(context);
  await line.cut(30_000, server => server.refuse(503, 'Too many polls.'));
  await line.cut(30_000, server => server.refuse(503, 'Too many polls.'));

  assert.deepEqual(line.waits, [220]);
});

test('a poll that took longer than it asked for was not cut', async context => {
  const line = await start(context, { wait: 30 });
  await line.cut(30_000);
  await line.cut(30_000);

  assert.deepEqual(line.waits, [30]);
});

test('a poll that this client ends is not cut, nor is one that fails without a network', async context => {
  const network = new EventTarget();
  const page = { addEventListener: network.addEventListener.bind(network), removeEventListener: network.removeEventListener.bind(network), navigator: { onLine: true } };
  for (const [name, value] of Object.entries(page)) {
    Object.defineProperty(globalThis, name, { value, configurable: true });
    context.after(() => { delete globalThis[name]; });
  }

  const line = await start(context);
  for (let time = 0; time < 2; time++) {
    await line.cut(30_000, () => { network.dispatchEvent(new Event('offline')); return settled(); });
  }

  page.navigator.onLine = false;
  await line.cut(30_000);
  await line.cut(30_000);

  assert.deepEqual(line.waits, [220]);
  assert.equal(line.lease, 30);
});

test('a token that does not come says nothing of polls', async context => {
  let isTokenServed = true;
  const fail = (_, reject) => setTimeout(() => reject(new TypeError('fetch failed')), 20_000);
  const line = await start(context, { getToken: async () => isTokenServed ? 'token' : new Promise(fail) });
  for (let time = 0; time < 2; time++) {
    assert.deepEqual(line.waits, [220]);
    isTokenServed = false;
    await line.server.refuse(401, 'The token has expired.');
    await pass(context, 20_000);
    isTokenServed = true;
    await line.open();
  }

  assert.deepEqual(line.waits, [220]);
  assert.equal(line.lease, 30);
});

test('an answer after the time of the first cut forgets it, an earlier one does not', async context => {
  const line = await start(context);
  await line.cut(30_000);
  await pass(context, 29_000);
  await line.server.answer(204);
  await line.cut(60_000);
  assert.deepEqual(line.waits, [220]);
  await pass(context, 61_000);
  await line.server.deliver(message('a'));
  await line.cut(60_000);
  assert.deepEqual(line.waits, [220]);
  await pass(context, 59_000);
  await line.server.answer(204);
  await line.cut(60_000);

  assert.deepEqual(line.waits, [48]);
});

test('one crash that cuts the polls of many subscriptions counts once, and what is learnt holds for all', async context => {
  const line = await start(context, { recipients: ['a', 'b', 'c'] });
  await line.cut(30_000);
  assert.deepEqual(line.waits, [220, 220, 220]);
  await line.cut(30_000);

  assert.deepEqual(line.waits, [24, 24, 24]);
  const reason = 'Requests are ended after 30 s, so polls ask for 24 s';
  assert.deepEqual(line.states.filter(state => state.reason), Array(3).fill({ state: 'open', reason }));
});

test('a cut of a poll that had begun before the limit was learnt does not count', async context => {
  stopTime(context);
  const limits = Limits.of(`https://limits-${++origins}.example/api`);
  beginPoll(limits, 60_000);
  await pass(context, 60_000);
  beginPoll(limits, 60_000);
  await pass(context, 40_000);
  beginPoll(limits, 40_000);
  await pass(context, 20_000);
  assert.match(limits.reason, /48 s/);
  await pass(context, 20_000);
  beginPoll(limits, 40_000);
  await pass(context, 40_000);

  assert.match(limits.reason, /48 s/);
});

test('another origin has limits of its own', async context => {
  const line = await start(context);
  await line.cut(30_000);
  await line.cut(30_000);
  const stop = subscribe({ url: 'https://other.example/api', rcpt: 'bob', onMessage: () => {} });
  context.after(() => stopped(stop));
  await pass(context, 24_000);
  await line.server.answer(204);
  await line.server.answer(204);

  assert.deepEqual(line.server.polls.slice(-2).map(({ query }) => `${query.get('rcpt')} ${query.get('timeout')}`), ['alice 24', 'bob 220']);
});

test('limited polls that are still cut lower the limit', async context => {
  const line = await start(context);
  await line.cut(100_000);
  await line.cut(100_000);
  assert.deepEqual(line.waits, [80]);
  await line.cut(20_000);
  assert.deepEqual(line.waits, [80]);
  await line.cut(20_000);
  assert.deepEqual(line.waits, [16]);
  await line.cut(2000);
  await line.cut(2000);
  assert.deepEqual(line.waits, [5]);
  await line.cut(2000);
  await line.cut(2000);

  assert.deepEqual(line.waits, [5]);
  assert.deepEqual(line.states.map(({ reason }) => reason), [
    undefined,
    undefined,
    'Requests are ended after 100 s, so polls ask for 80 s',
    'Requests are ended after 20 s, so polls ask for 16 s',
    'Requests are ended after 2 s, so polls ask for 5 s',
  ]);
});

test('one poll asks for its whole wait after 5 minutes, and if it is cut, after twice the time up to an hour', async context => {
  stopTime(context);
  const limits = Limits.of(`https://limits-${++origins}.example/api`);
  const { signal } = new AbortController();
  const cut = async () => {
    const poll = limits.begin(220, signal);
    assert.equal(poll.wait, 220);
    await assert.rejects(poll.watch(async () => { work(30_000); throw new TypeError('fetch failed'); }), { message: 'fetch failed' });
    limits.end(poll);
  };
  await cut();
  await cut();
  for (const minutes of [5, 10, 20, 40, 60, 60]) {
    work(minutes * 60_000 - 1);
    assert.equal(limits.begin(220, signal).wait, 24);
    work(1);
    await cut();
  }

  assert.equal(limits.reason, 'Requests are ended after 30 s, so polls ask for 24 s');
});

test('of several subscriptions one probes, under a short lease', async context => {
  const line = await start(context, { recipients: ['a', 'b'] });
  await line.cut(30_000);
  await line.cut(30_000);
  while (!line.waits.includes(220)) {
    await pass(context, 24_000);
    await line.server.answer(204);
    await line.server.answer(204);
  }

  assert.deepEqual(line.server.polls.slice(-2).map(({ query }) => `${query.get('timeout')} ${query.get('lease')}`), ['220 15', '24 30']);
});

test('a poll that asks for too little to tell is not the probe', async context => {
  stopTime(context);
  const limits = Limits.of(`https://limits-${++origins}.example/api`);
  for (let cut = 0; cut < 2; cut++) {
    beginPoll(limits, 30_000);
    await pass(context, 30_000);
  }

  await pass(context, 300_000);
  const { signal } = new AbortController();
  assert.equal(limits.begin(30, signal).wait, 24);
  assert.equal(limits.begin(31, signal).wait, 31);
});

test('if the probe comes back whole the limit is gone', async context => {
  const line = await start(context);
  await line.cut(30_000);
  await line.cut(30_000);
  await line.untilProbe();
  await pass(context, 31_000);
  await line.server.deliver(message('a'));

  assert.deepEqual(line.waits, [220]);
  assert.equal(line.lease, 30);
  assert.deepEqual(line.states.at(-1), { state: 'open' });
});

test('a probe that a message ends too soon to tell is followed by another', async context => {
  const line = await start(context);
  await line.cut(30_000);
  await line.cut(30_000);
  await line.untilProbe();
  await pass(context, 29_000);
  await line.server.deliver(message('a'));

  assert.deepEqual(line.waits, [220]);
  assert.equal(line.lease, 15);
  assert.match(line.states.at(-1).reason, /30 s/);
});

test('a probe that fails for another reason is followed by another', async context => {
  const line = await start(context);
  await line.cut(30_000);
  await line.cut(30_000);
  await line.untilProbe();
  await line.cut(500);

  assert.deepEqual(line.waits, [220]);
});

for (const [ms, wait] of [[33_000, 24], [34_000, 27], [60_000, 48]]) {
  test(`after a probe that is cut at ${ms} ms instead of 30,000 polls ask for ${wait} s`, async context => {
    const line = await start(context);
    await line.cut(30_000);
    await line.cut(30_000);
    await line.untilProbe();
    await line.cut(ms);

    assert.deepEqual(line.waits, [wait]);
    assert.ok(line.states.at(-1).reason.endsWith(`so polls ask for ${wait} s`));
  });
}

test('from the first cut until a limited poll is answered, leases are short', async context => {
  const line = await start(context);
  assert.equal(line.lease, 30);
  await line.cut(30_000);
  assert.equal(line.lease, 15);
  await line.cut(30_000);
  assert.equal(line.lease, 15);
  await line.server.deliver(message('a'));
  assert.equal(line.lease, 30);
});

test('leases are short until a poll is answered later than the first cut', async context => {
  const line = await start(context);
  await line.cut(30_000);
  await pass(context, 20_000);
  await line.server.answer(204);
  assert.equal(line.lease, 15);
  await pass(context, 31_000);
  await line.server.answer(204);

  assert.equal(line.lease, 30);
});

test('leases are short again after a probe that was cut, until a limited poll is answered', async context => {
  const line = await start(context);
  await line.cut(30_000);
  await line.cut(30_000);
  await line.untilProbe();
  assert.equal(line.lease, 15);
  await line.cut(30_000);
  assert.equal(line.lease, 15);
  await pass(context, 24_000);
  await line.server.answer(204);

  assert.equal(line.lease, 30);
});

test('leases are no longer short when a probe comes back whole, even if no limited poll was answered since the one before', async context => {
  const line = await start(context);
  await line.cut(30_000);
  await line.cut(30_000);
  await line.untilProbe();
  await pass(context, 30_000);
  await line.server.answer(504);
  // The machine sleeps.
  work(600_000);
  await pass(context, 10_000);
  await line.open();
  assert.deepEqual(line.waits, [220]);
  assert.equal(line.lease, 15);
  await pass(context, 31_000);
  await line.server.answer(204);

  assert.deepEqual(line.waits, [220]);
  assert.equal(line.lease, 30);
});

test('a message of a short lease is renewed in time, by the usual lease', async context => {
  let finish;
  const line = await start(context, { lease: 60, onMessage: () => new Promise(resolve => { finish = resolve; }) });
  await line.cut(30_000);
  await line.server.deliver(message('a'));
  await pass(context, 7499);
  assert.equal(line.server.renewals.length, 0);
  await pass(context, 1);
  assert.deepEqual(line.server.renewals.map(({ query }) => query.get('seconds')), ['60']);
  await line.server.answer(200, renewed(['receipt-a']));
  await pass(context, 29_999);
  assert.equal(line.server.renewals.length, 1);
  await pass(context, 1);
  assert.equal(line.server.renewals.length, 2);
  await line.server.answer(200, renewed(['receipt-a+']));
  finish();
  await settled();

  assert.deepEqual(line.server.acknowledgements.map(({ query }) => query.getAll('receipt')), [['receipt-a++']]);
});

test('a batch under a short lease is acknowledged in between when half of that has passed', async context => {
  const finish = [];
  const line = await start(context, { onMessage: () => new Promise(resolve => finish.push(resolve)) });
  await line.cut(30_000);
  await line.server.deliver(message('a'), message('b'));
  await pass(context, 7500);
  await line.server.answer(200, renewed(['receipt-a', 'receipt-b']));
  await pass(context, 100);
  finish[0]();
  await settled();

  assert.deepEqual(line.server.acknowledgements.map(({ query }) => query.getAll('receipt')), [['receipt-a+']]);
  finish[1]();
  await settled();
});

for (const [what, options, lease] of [
  ['that is shorter', { lease: 10 }, 10],
  ['that is not renewed', { renewFor: 0 }, 30],
]) {
  test(`a lease ${what} stays as it is`, async context => {
    const line = await start(context, options);
    await line.cut(30_000);

    assert.equal(line.lease, lease);
  });
}

test('the lease of a hidden page, which may renew once a minute only, stays as it is', async context => {
  globalThis.document = { visibilityState: 'hidden' };
  context.after(() => { delete globalThis.document; });
  const line = await start(context, { lease: 150 });
  await line.cut(30_000);

  assert.equal(line.lease, 150);
});

test('a reload knows the limit and when to probe, until it is gone', async context => {
  const entries = new Map();
  keepIn(context, entries);
  const line = await start(context);
  await line.cut(30_000);
  await line.cut(30_000);
  await line.untilProbe();
  await line.cut(30_000);
  await pass(context, 300_000);
  const { origin } = new URL(line.url);
  assert.deepEqual([...entries.keys()], [`funccomet ${origin}`]);
  const limits = await reload(line.url);
  assert.equal(limits.reason, 'Requests are ended after 30 s, so polls ask for 24 s');
  const { signal } = new AbortController();
  assert.equal(limits.begin(220, signal).wait, 24);
  assert.equal(limits.begin(10, signal).wait, 10);
  await pass(context, 299_000);
  assert.equal(limits.begin(220, signal).wait, 24);
  await pass(context, 1000);
  const probe = limits.begin(220, signal);
  assert.equal(probe.wait, 220);
  await probe.watch(() => pass(context, 31_000));

  assert.equal(limits.reason, undefined);
  assert.equal(entries.size, 0);
});

test('a reload probes within the pause even if the clock was set back', async context => {
  keepIn(context, new Map());
  const line = await start(context);
  await line.cut(30_000);
  await line.cut(30_000);
  setClock(-86_400_000);
  const limits = await reload(line.url);
  assert.equal(limits.begin(220, new AbortController().signal).wait, 24);
  await pass(context, 300_000);

  assert.equal(limits.begin(220, new AbortController().signal).wait, 220);
});

for (const rubbish of [
  'rubbish',
  '',
  'null',
  '7',
  '{}',
  '{"after":"30000","pause":300000,"probeTime":0}',
  '{"after":30000,"pause":300000}',
  '{"after":999,"pause":300000,"probeTime":0}',
  '{"after":220000,"pause":300000,"probeTime":0}',
  '{"after":30000,"pause":1,"probeTime":0}',
  '{"after":30000,"pause":3600001,"probeTime":0}',
]) {
  test(`rubbish in the storage is ignored: ${rubbish}`, async context => {
    const url = `https://limits-${++origins}.example/api`;
    keepIn(context, new Map([[`funccomet ${new URL(url).origin}`, rubbish]]));
    const line = await start(context, { url });
    assert.deepEqual(line.waits, [220]);
    await line.cut(30_000);
    await line.cut(30_000);

    assert.deepEqual(line.waits, [24]);
  });
}

const forbid = () => { throw new DOMException('Not for this page.', 'SecurityError'); };
for (const [what, storage] of [
  ['that throws', { value: { getItem: forbid, setItem: forbid, removeItem: forbid } }],
  ['that is forbidden', { get: forbid }],
]) {
  test(`a storage ${what} is ignored`, async context => {
    keep(context, storage);
    const line = await start(context);
    await line.cut(30_000);
    await line.cut(30_000);
    assert.deepEqual(line.waits, [24]);
    await line.untilProbe();
    await pass(context, 31_000);
    await line.server.answer(204);

    assert.deepEqual(line.states.at(-1), { state: 'open' });
  });
}

test('a captive portal teaches nothing', async context => {
  const line = await start(context);
  const portal = () => line.server.answer(200, '<html>Sign in to this network.</html>');
  await pass(context, 40_000);
  await line.server.fail();
  for (let attempt = 1; attempt <= 8; attempt++) {
    await pass(context, 30_000);
    await portal();
  }

  assert.equal(line.states.at(-1).state, 'retrying');
  await pass(context, 30_000);
  await line.open();
  assert.deepEqual(line.waits, [220]);
  await pass(context, 220_000);
  await line.server.answer(204);

  assert.equal(line.lease, 30);
  assert.deepEqual(line.states.at(-1), { state: 'open' });
});

/** A `longpoll` whose address has this timeout. */
async function startLongpoll(context, timeout, callback = () => {}) {
  stopTime(context);
  const server = new FakeServer(context);
  const url = `https://limits-${++origins}.example/api/poll?rcpt=alice`;
  const open = more => {
    const stop = longpoll(url + more, callback);
    context.after(() => stopped(stop));
    return settled();
  };
  const cut = async (ms, pause) => {
    await pass(context, ms);
    await server.answer(504);
    await pass(context, pause);
  };
  await open(timeout);
  return { server, open, cut };
}

for (const [timeout, ms, limited] of [['', 10_000, '8'], ['&timeout=60', 30_000, '24'], ['&timeout=500', 100_000, '80']]) {
  test(`longpoll asks for less after two cuts too: "${timeout}"`, async context => {
    const bodies = [];
    const { server, cut } = await startLongpoll(context, timeout, body => bodies.push(body));
    await cut(ms, 250);
    assert.equal(server.last.query.toString(), `rcpt=alice${timeout}`);
    await cut(ms, 500);
    assert.equal(server.last.query.toString(), `rcpt=alice&timeout=${limited}`);
    await server.answer(200, 'a message');

    assert.deepEqual(bodies, ['a message']);
    assert.equal(server.last.query.get('timeout'), limited);
  });
}

for (const [timeout, asked] of [['', '24'], ['&timeout=24', '24'], ['&timeout=20', '20'], ['&timeout=0', '0']]) {
  test(`longpoll asks for the limit, or for what its address says if that is less: "${timeout}"`, async context => {
    const { server, open, cut } = await startLongpoll(context, '&timeout=60');
    await cut(30_000, 250);
    await cut(30_000, 500);
    await open(timeout);

    assert.equal(server.last.query.get('timeout'), asked);
  });
}
