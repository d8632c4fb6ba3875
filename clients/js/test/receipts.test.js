import assert from 'node:assert/strict';
import { test } from 'node:test';
import { subscribe } from 'funccomet';
import { FakeServer, message, pass, settled, stopped, stopTime, work } from './fake-server.js';

function start(context, options = {}) {
  stopTime(context);
  context.mock.method(console, 'error', () => {});
  const server = new FakeServer(context);
  const states = [];
  const stop = subscribe({ url: 'https://app.example/api', rcpt: 'alice', onMessage: () => {}, onState: ({ state }) => states.push(state), ...options });
  context.after(() => stopped(stop));
  return { server, states, stop };
}

const acknowledged = request => request.query.getAll('ack').concat(request.query.getAll('receipt'));

/** Refuses as an instance does that does not know the receipts, for example because a newer one made them. */
const refuseReceipts = (server, parameter) =>
  server.answer(400, JSON.stringify({ status: 400, detail: `${parameter} is malformed.`, parameter }), { 'Content-Type': 'application/problem+json' });

for (const parameter of ['ack', 'receipt']) {
  test(`drops receipts that a 400 names as ${parameter}, and polls on at once`, async context => {
    const { server, states } = start(context);
    await server.deliver(message('a'));
    assert.deepEqual(acknowledged(server.last), ['receipt-a']);
    await refuseReceipts(server, parameter);

    assert.equal(server.polls.length, 3);
    assert.deepEqual(acknowledged(server.last), []);
    assert.equal(server.last.query.get('timeout'), '220');
    assert.deepEqual(states, ['connecting', 'open']);
  });
}

test('a 400 that names receipts where none were sent is a refusal', async context => {
  const { server, states } = start(context);
  await refuseReceipts(server, 'ack');

  assert.equal(states.at(-1), 'refused');
  assert.equal(server.held, 0);
});

test('a 400 that names nothing is a refusal, and drops the receipts', async context => {
  const { server, states } = start(context);
  await server.deliver(message('a'));
  await server.refuse(400, 'No.');
  assert.equal(states.at(-1), 'refused');
  assert.equal(server.acknowledgements.length, 0);
  await pass(context, 45_000);

  assert.deepEqual(acknowledged(server.last), []);
});

for (const [what, refuse] of [
  ['are not known', server => refuseReceipts(server, 'receipt')],
  ['come too late', server => server.refuse(410, 'Expired.')],
]) {
  test(`drops receipts of an acknowledgement that ${what}`, async context => {
    const finish = [];
    const { server } = start(context, { lease: 10, onMessage: () => new Promise(resolve => finish.push(resolve)) });
    await server.deliver(message('a'), message('b'));
    work(6000);
    await refuse(server);
    finish[0]();
    await settled();
    assert.equal(server.acknowledgements.length, 1);
    finish[1]();
    await settled();

    assert.deepEqual(acknowledged(server.last), ['receipt-b']);
  });
}

test('an empty 500 and a cut answer lose no receipt', async context => {
  const { server } = start(context);
  await server.deliver(message('a'));
  await server.answer(500, '');
  await pass(context, 250);
  assert.deepEqual(acknowledged(server.last), ['receipt-a']);
  await server.cut(200);
  await pass(context, 500);
  assert.deepEqual(acknowledged(server.last), ['receipt-a']);
  await server.answer(204);

  assert.deepEqual(acknowledged(server.last), []);
});

for (const [what, answer] of [['another program’s JSON', '{"status":"ok"}'], ['a page', '<html>'], ['a message without a receipt', '{"messages":[{"id":"b"}]}']]) {
  test(`an answer that is not the server’s is no answer, and loses no receipt: ${what}`, async context => {
    const { server, states } = start(context);
    await server.answer(200, answer);
    assert.equal(states.at(-1), 'retrying');
    await pass(context, 250);
    await server.deliver(message('a'));
    await server.answer(200, answer);
    await pass(context, 250);

    assert.deepEqual(acknowledged(server.last), ['receipt-a']);
  });
}

test('stop has ended when the acknowledgement has', async context => {
  const { server, stop } = start(context);
  await server.deliver(message('a'));
  const { fetch } = globalThis;
  let answer;
  const answered = new Promise(resolve => { answer = resolve; });
  context.mock.method(globalThis, 'fetch', async (...request) => { await answered; return fetch(...request); });
  let ended = false;
  const stopping = stop().then(() => { ended = true; });
  await settled();
  assert.equal(ended, false);
  answer();
  await stopping;

  assert.equal(server.acknowledgements.length, 1);
});

test('no query reaches 4,000 bytes, however many receipts there are', async context => {
  const receipts = Array.from({ length: 50 }, (_, number) => `${number}`.padStart(120, 'r'));
  const { server, stop } = start(context, { rcpt: 'ö'.repeat(128), lease: 3600 });
  await server.deliver(...receipts.map((receipt, number) => message(`${number}`, { receipt })));
  await server.deliver(...receipts.map((receipt, number) => message(`again-${number}`, { receipt: receipt.replace('r', 's') })));
  await stop();

  assert.equal(new Set(server.requests.flatMap(acknowledged)).size, 100);
  assert.equal(server.requests.flatMap(acknowledged).length, 100);
  const longest = Math.max(...server.requests.map(({ query }) => query.toString().length));
  assert.ok(longest > 2500 && longest < 4000, `${longest} bytes`);
});

test('receipts that do not fit go with the polls after, if they cannot be acknowledged before', async context => {
  let handled = 0;
  const { server } = start(context, {
    onMessage: async () => {
      // Before the acknowledgements that follow the last message.
      if (++handled === 20) {
        await server.fail();
        await server.fail();
      }
    },
  });
  await server.deliver(...Array.from({ length: 20 }, (_, number) => message(`${number}`)));
  await pass(context, 10_000);
  assert.equal(server.acknowledgements.length, 2);
  assert.equal(acknowledged(server.polls.at(-1)).length, 16);
  await pass(context, 220_000);
  await server.answer(204);

  assert.equal(acknowledged(server.polls.at(-1)).length, 4);
});
