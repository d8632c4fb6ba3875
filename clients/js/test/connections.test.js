import assert from 'node:assert/strict';
import { test } from 'node:test';
import { longpoll, subscribe } from 'funccomet';
import { Place } from '../src/connections.js';
import { FakeServer, message, pass, settled, stopped, stopTime } from './fake-server.js';

const url = 'https://app.example/api';

/** A page at the server's origin that was loaded by this protocol. */
function start(context, protocol) {
  stopTime(context);
  globalThis.location = { href: 'https://app.example/' };
  context.after(() => { delete globalThis.location; });
  const entries = { navigation: [{ name: 'https://app.example/', nextHopProtocol: protocol }], resource: [{ name: 'https://app.example.evil/', nextHopProtocol: 'h2' }] };
  context.mock.method(performance, 'getEntriesByType', type => entries[type]);
  const server = new FakeServer(context);
  const open = (rcpt, options) => {
    const states = [];
    const received = [];
    const stop = subscribe({ url, rcpt, onMessage: ({ id }) => { received.push(id); }, onState: ({ state }) => states.push(state), ...options });
    context.after(() => stopped(stop));
    return { states, received, stop };
  };
  return { server, open, entries };
}

const described = polls => polls.map(({ query }) => `${query.get('rcpt')} ${query.get('timeout')}`);

/** Answers the first polls of all subscriptions, which do not wait. */
async function answerFirst(server, count) {
  for (let each = 0; each < count; each++) {
    await server.answer(204);
  }
}

for (const protocol of ['http/1.1', '']) {
  test(`of five recipients four are polled at a time, in turns: protocol "${protocol}"`, async context => {
    const { server, open } = start(context, protocol);
    const all = ['a', 'b', 'c', 'd', 'e'].map(rcpt => open(rcpt));
    await settled();
    assert.equal(server.held, 4);
    await answerFirst(server, 5);

    assert.deepEqual(all.map(({ states }) => states.at(-1)), Array(5).fill('open'));
    assert.deepEqual(described(server.polls.slice(-4)), ['a 10', 'b 10', 'c 10', 'd 10']);
    await pass(context, 10_000);
    await server.answer(204);
    assert.deepEqual(described(server.polls.slice(-1)), ['e 10']);
    assert.equal(server.held, 4);
    await server.answer(204);
    assert.deepEqual(described(server.polls.slice(-1)), ['a 10']);
  });
}

test('a fifth recipient ends the long polls of the others, which take turns without a change of state', async context => {
  const { server, open } = start(context, 'http/1.1');
  const four = ['a', 'b', 'c', 'd'].map(rcpt => open(rcpt));
  await answerFirst(server, 4);
  assert.deepEqual(described(server.polls.slice(-4)), ['a 220', 'b 220', 'c 220', 'd 220']);
  const fifth = open('e');
  await settled();
  assert.equal(server.held, 4);
  await answerFirst(server, 1);
  assert.deepEqual(described(server.polls.slice(-5)).sort(), ['a 10', 'b 10', 'c 10', 'd 10', 'e 0']);
  assert.deepEqual(four.map(({ states }) => states), Array(4).fill(['connecting', 'open']));

  await fifth.stop();
  await pass(context, 10_000);
  await answerFirst(server, 4);
  assert.deepEqual(described(server.polls.slice(-4)), ['a 220', 'b 220', 'c 220', 'd 220']);
});

test('stop leaves the queue at once, and its place to the others', async context => {
  const { server, open } = start(context, 'http/1.1');
  const all = ['a', 'b', 'c', 'd', 'e'].map(rcpt => open(rcpt));
  await settled();
  await all[4].stop();
  await all[0].stop();
  assert.equal(server.held, 3);
  await answerFirst(server, 3);

  assert.deepEqual(described(server.polls.slice(-3)), ['b 220', 'c 220', 'd 220']);
});

test('a turn that is over before it began does not wait', async context => {
  start(context, 'http/1.1');
  const places = Array.from({ length: 5 }, () => new Place(url, () => {}));
  context.after(() => places.forEach(place => place.close()));
  const { signal } = new AbortController();
  await Promise.all(places.slice(1).map(place => place.enter(1, signal)));

  assert.equal(await places[0].enter(1, AbortSignal.abort()), 1);
});

test('stop ends the poll before it acknowledges', async context => {
  const { server, open } = start(context, 'http/1.1');
  const { stop } = open('a');
  await server.deliver(message('a'));
  const poll = server.last;
  let ended;
  const { fetch } = globalThis;
  context.mock.method(globalThis, 'fetch', (...request) => { ended = poll.aborted; return fetch(...request); });
  await stop();

  assert.equal(server.acknowledgements.length, 1);
  assert.equal(ended, true);
});

for (const protocol of ['h2', 'h3']) {
  test(`any number of polls is held over ${protocol}`, async context => {
    const { server, open } = start(context, protocol);
    ['a', 'b', 'c', 'd', 'e', 'f'].forEach(rcpt => open(rcpt));
    await answerFirst(server, 6);

    assert.deepEqual(described(server.polls.slice(-6)), ['a 220', 'b 220', 'c 220', 'd 220', 'e 220', 'f 220']);
  });
}

test('turns end when the page has learned that the server speaks HTTP/2', async context => {
  const { server, open, entries } = start(context, '');
  ['a', 'b', 'c', 'd', 'e', 'f'].forEach(rcpt => open(rcpt));
  await settled();
  assert.equal(server.held, 4);
  entries.resource.push({ name: `${url}/poll?rcpt=a`, nextHopProtocol: 'h2' });
  await answerFirst(server, 6);

  assert.deepEqual(described(server.polls.slice(-6)).sort(), ['a 220', 'b 220', 'c 220', 'd 220', 'e 220', 'f 220']);
});

test('each origin has its own connections', async context => {
  const { server, open } = start(context, 'http/1.1');
  ['a', 'b', 'c', 'd'].forEach(rcpt => open(rcpt));
  open('e', { url: 'https://other.example/api' });
  await settled();

  assert.equal(server.held, 5);
});

test('Node.js opens as many connections as it needs', async context => {
  const { server, open } = start(context, 'http/1.1');
  delete globalThis.location;
  ['a', 'b', 'c', 'd', 'e'].forEach(rcpt => open(rcpt));
  await settled();

  assert.equal(server.held, 5);
});

test('longpoll takes turns too, but a poll that it holds is not cut, because that could lose its message', async context => {
  const { server, open } = start(context, 'http/1.1');
  for (const timeout of ['', '&timeout=60', '&timeout=5', '&timeout=5']) {
    const stop = longpoll(`${url}/poll?rcpt=plain${timeout}`, () => {});
    context.after(() => stopped(stop));
  }

  await settled();
  open('e');
  await settled();
  assert.equal(server.held, 4);
  await pass(context, 5000);
  await answerFirst(server, 5);

  assert.deepEqual(described(server.polls.slice(4)), ['e 0', 'plain 10', 'plain 10', 'plain 5', 'plain 5']);
});
