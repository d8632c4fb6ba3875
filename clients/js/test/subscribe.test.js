import assert from 'node:assert/strict';
import { test } from 'node:test';
import { subscribe } from 'funccomet';
import { FakeServer, message, pass, settled, stopped, stopTime, work } from './fake-server.js';

function start(context, options = {}) {
  stopTime(context);
  context.mock.method(console, 'error', () => {});
  const server = new FakeServer(context);
  const received = [];
  const states = [];
  const stop = subscribe({
    url: 'https://app.example/api',
    rcpt: 'alice+bob c',
    onMessage: each => { received.push(each.id); },
    onState: state => states.push(state),
    ...options,
  });
  context.after(() => stopped(stop));
  return { server, received, states, stop };
}

const acknowledged = request => request.query.getAll('ack').concat(request.query.getAll('receipt'));

test('polls for JSON under a lease, first without a wait and then with the longest', async context => {
  const { server } = start(context);
  await server.answer(204);

  assert.equal(server.requests.length, 2);
  assert.equal(server.requests[0].query.toString(), 'rcpt=alice%2Bbob+c&timeout=0&lease=30&max=1');
  assert.equal(server.last.path, '/api/poll');
  assert.equal(server.last.query.toString(), 'rcpt=alice%2Bbob+c&timeout=220&lease=30&max=1');
  assert.equal(server.last.cache, 'no-store');
  assert.deepEqual(server.last.headers, {});
});

for (const [wait, asked] of [[0, '1'], [-5, '1'], [1000, '220'], [60, '60']]) {
  test(`a wait of ${wait} asks for one of ${asked}`, async context => {
    const { server } = start(context, { wait });
    await server.answer(204);

    assert.equal(server.last.query.get('timeout'), asked);
  });
}

test('asks for larger batches while they are handled well within the lease, and for one message when they are not', async context => {
  let took = 0;
  const { server } = start(context, { lease: 10, onMessage: () => work(took) });
  const asked = [];
  for (const [number, ms] of [2499, 2499, 0, 0, 0, 2500, 8999, 9000, 0].entries()) {
    took = ms;
    await server.deliver(message(`${number}`));
    asked.push(server.last.query.get('max'));
  }

  assert.deepEqual(asked, ['2', '4', '8', '16', '16', '16', '16', '1', '2']);
});

test('reports each change of the connection once', async context => {
  const { server, states, stop } = start(context);
  await server.answer(204);
  await server.deliver(message('a'));
  await server.refuse(503, 'Storage.', { 'Retry-After': '1' });
  await pass(context, 1250);
  await server.answer(204);
  await stop();

  assert.deepEqual(states, [
    { state: 'connecting', leader: true },
    { state: 'open', leader: true },
    { state: 'retrying', retryIn: 1250, status: 503, reason: 'HTTP 503: Storage.', leader: true },
    { state: 'open', leader: true },
    { state: 'stopped', leader: false },
  ]);
});

test('passes a message on unchanged but for the receipt', async context => {
  const messages = [];
  const { server } = start(context, { onMessage: each => { messages.push(each); } });
  await server.deliver(message('a', { key: 'k' }));

  assert.deepEqual(messages, [
    { id: 'a', time: '2026-01-02T03:04:05.000Z', deliveries: 1, contentType: 'text/plain', text: 'text of a', key: 'k' },
  ]);
});

test('acknowledges with the next poll, and only then polls', async context => {
  const { server, received } = start(context);
  await server.deliver(message('a'), message('b'));

  assert.deepEqual(received, ['a', 'b']);
  assert.deepEqual(acknowledged(server.last), ['receipt-a', 'receipt-b']);
  await pass(context, 220_000);
  await server.answer(204);
  assert.deepEqual(acknowledged(server.last), []);
});

test('waits for the handler’s promise before the next message and before it acknowledges', async context => {
  const received = [];
  const finish = [];
  const { server } = start(context, { onMessage: ({ id }) => { received.push(id); return new Promise(resolve => finish.push(resolve)); } });
  await server.deliver(message('a'), message('b'));
  assert.deepEqual(received, ['a']);
  finish[0]();
  await settled();
  assert.deepEqual(received, ['a', 'b']);
  assert.equal(server.requests.length, 1);
  finish[1]();
  await settled();

  assert.deepEqual(acknowledged(server.last), ['receipt-a', 'receipt-b']);
});

for (const [kind, fails] of [['throws', () => { throw new Error('no'); }], ['rejects', async () => { throw new Error('no'); }]]) {
  test(`a message whose handler ${kind} is not acknowledged, and handled when it comes again`, async context => {
    const received = [];
    const { server } = start(context, { onMessage: ({ id, deliveries }) => { received.push(id); return id === 'b' && deliveries === 1 ? fails() : undefined; } });
    await server.deliver(message('a'), message('b'), message('c'));
    assert.deepEqual(received, ['a', 'b', 'c']);
    assert.deepEqual(acknowledged(server.last), ['receipt-a', 'receipt-c']);
    assert.match(console.error.mock.calls[0].arguments[0], /onMessage failed for b/);
    await server.deliver(message('b', { deliveries: 2, receipt: 'second-b' }));

    assert.deepEqual(received, ['a', 'b', 'c', 'b']);
    assert.deepEqual(acknowledged(server.last), ['second-b']);
  });
}

test('drops a repeat by its id and by its key, and acknowledges it', async context => {
  const { server, received } = start(context);
  await server.deliver(message('a', { key: 'one' }), message('b'));
  await server.deliver(message('a', { key: 'one', receipt: 'second-a' }), message('c', { key: 'one' }), message('d', { key: 'two' }));

  assert.deepEqual(received, ['a', 'b', 'd']);
  assert.deepEqual(acknowledged(server.last), ['second-a', 'receipt-c', 'receipt-d']);
});

test('a key makes a repeat only if a message with it was handled', async context => {
  const received = [];
  const { server } = start(context, { onMessage: ({ id }) => { received.push(id); if (id === 'a') { throw new Error('no'); } } });
  await server.deliver(message('a', { key: 'one' }), message('b', { key: 'one' }));

  assert.deepEqual(received, ['a', 'b']);
});

test('forgets messages that were handled hours ago', async context => {
  const { server, received } = start(context, { wait: 1 });
  await server.deliver(message('a', { key: 'daily' }));
  await pass(context, 1000);
  work(3 * 3_600_000);
  await server.deliver(message('b', { key: 'daily' }));

  assert.deepEqual(received, ['a', 'b']);
});

test('remembers the last thousands of messages only', async context => {
  const { server, received } = start(context);
  const many = Array.from({ length: 4100 }, (_, number) => message(`many-${number}`));
  await server.deliver(...many);
  await pass(context, 0);
  await server.deliver(many.at(0), many.at(-1));

  assert.deepEqual(received.slice(4100), ['many-0']);
});

test('slows down when it gets only repeats', async context => {
  const { server } = start(context);
  await server.deliver(message('a'));
  await server.deliver(message('a'));
  await server.deliver(message('a'));
  assert.equal(server.held, 0);
  await pass(context, 250);
  assert.equal(server.held, 1);
});

test('keeps receipts until a poll with them is answered', async context => {
  const { server } = start(context);
  await server.deliver(message('a'));
  await server.fail();
  await pass(context, 250);
  assert.deepEqual(acknowledged(server.last), ['receipt-a']);
  await server.answer(204);

  assert.deepEqual(acknowledged(server.last), []);
});

test('acknowledges in between when a batch takes longer than half its lease', async context => {
  const finish = [];
  const { server } = start(context, { lease: 10, renewFor: 0, onMessage: () => new Promise(resolve => finish.push(resolve)) });
  await server.deliver(message('a'), message('b'), message('c'));
  await pass(context, 4000);
  finish[0]();
  await settled();
  assert.equal(server.requests.length, 1);
  await pass(context, 2000);
  finish[1]();
  await settled();

  assert.equal(server.last.method, 'POST');
  assert.equal(server.last.path, '/api/ack');
  assert.equal(server.last.query.get('rcpt'), 'alice+bob c');
  assert.deepEqual(acknowledged(server.last), ['receipt-a', 'receipt-b']);
  finish[2]();
  await settled();
  assert.deepEqual(acknowledged(server.last), ['receipt-c']);
});

test('sends receipts with the next poll if an acknowledgement in between fails', async context => {
  const finish = [];
  const { server } = start(context, { lease: 10, renewFor: 0, onMessage: () => new Promise(resolve => finish.push(resolve)) });
  await server.deliver(message('a'), message('b'));
  await pass(context, 6000);
  await server.fail();
  finish[0]();
  await settled();
  finish[1]();
  await settled();

  assert.deepEqual(acknowledged(server.last), ['receipt-a', 'receipt-b']);
});

test('sends receipts with the next poll if an acknowledgement was not answered by the server', async context => {
  const finish = [];
  const { server } = start(context, { lease: 10, renewFor: 0, onMessage: () => new Promise(resolve => finish.push(resolve)) });
  await server.deliver(message('a'), message('b'));
  await pass(context, 6000);
  await server.answer(200, '<html>Sign in to this network.</html>');
  finish[0]();
  await settled();
  finish[1]();
  await settled();

  assert.equal(server.acknowledgements.length, 1);
  assert.deepEqual(acknowledged(server.last), ['receipt-a', 'receipt-b']);
});

test('stop: ends the poll, lets the handler finish, acknowledges what was handled and leaves the rest to come again', async context => {
  const received = [];
  let finish;
  const onMessage = ({ id }) => {
    received.push(id);
    return id === 'b' ? new Promise(resolve => { finish = resolve; }) : undefined;
  };
  const { server, stop } = start(context, { onMessage });
  await server.deliver(message('a'), message('b'), message('c'));
  let stopped = false;
  const stopping = stop().then(() => { stopped = true; });
  await settled();
  assert.deepEqual(acknowledged(server.last), ['receipt-a']);
  assert.equal(server.last.keepalive, false);
  assert.equal(stopped, false);
  finish();
  await stopping;

  assert.deepEqual(received, ['a', 'b']);
  assert.deepEqual(acknowledged(server.last), ['receipt-b']);
  assert.equal(server.polls.length, 1);
});

test('the signal stops it, even before it began', async context => {
  const stop = new AbortController();
  const { server, states } = start(context, { signal: stop.signal });
  await settled();
  assert.equal(server.held, 1);
  stop.abort();
  await settled();
  assert.equal(server.held, 0);
  assert.equal(states.at(-1).state, 'stopped');
  const states2 = [];
  subscribe({ url: 'https://app.example/api', rcpt: 'alice', onMessage: () => {}, onState: ({ state }) => states2.push(state), signal: stop.signal });
  await settled();

  assert.equal(states2.at(-1), 'stopped');
  assert.equal(server.held, 0);
});
