import assert from 'node:assert/strict';
import { test } from 'node:test';
import { longpoll } from 'funccomet';
import { FakeServer, pass, stopped, stopTime } from './fake-server.js';

const url = 'https://app.example/api/poll?rcpt=alice';

function start(context, callback = () => {}, more = '') {
  stopTime(context);
  context.mock.method(console, 'error', () => {});
  const server = new FakeServer(context);
  const stop = longpoll(url + more, callback);
  context.after(() => stopped(stop));
  return { server, stop };
}

test('gives each body to the callback and polls again at once', async context => {
  const bodies = [];
  const { server } = start(context, body => bodies.push(body));
  await server.answer(200, 'one');
  await server.answer(200, 'two');

  assert.deepEqual(bodies, ['one', 'two']);
  assert.equal(server.requests.length, 3);
  assert.equal(server.last.path, '/api/poll');
  assert.equal(server.last.query.toString(), 'rcpt=alice');
  assert.equal(server.last.cache, 'no-store');
});

test('goes on after a 204 without calling back', async context => {
  const { server } = start(context, () => assert.fail('called'));
  await pass(context, 30_000);
  await server.answer(204);

  assert.equal(server.held, 1);
});

test('goes on after a failure, a 503 and a callback that throws', async context => {
  const bodies = [];
  const { server } = start(context, body => { bodies.push(body); throw new Error('callback'); });
  await server.fail();
  await pass(context, 250);
  await server.refuse(503, 'Too many polls.', { 'Retry-After': '2' });
  await pass(context, 2499);
  assert.equal(server.held, 0);
  await pass(context, 1);
  await server.answer(200, 'after all');

  assert.deepEqual(bodies, ['after all']);
  assert.equal(server.held, 1);
});

test('waits for a slow callback', async context => {
  let finish;
  const { server } = start(context, () => new Promise(resolve => { finish = resolve; }));
  await server.answer(200, 'one');
  assert.equal(server.held, 0);
  finish();
  await pass(context, 0);

  assert.equal(server.held, 1);
});

test('retries a refused poll seldom, and logs the refusal without the URL, which may contain a token', async context => {
  const { server } = start(context);
  await server.refuse(403, 'The token is for another recipient.');

  assert.equal(console.error.mock.calls[0].arguments[0], 'longpoll: refused, HTTP 403: The token is for another recipient.');
  await pass(context, 44_999);
  assert.equal(server.requests.length, 1);
  await pass(context, 1);
  assert.equal(server.requests.length, 2);
});

for (const [timeout, status] of [['', 200], ['&timeout=0', 204]]) {
  test(`slows down when empty answers come at once: ${status}, "${timeout}"`, async context => {
    const { server } = start(context, () => {}, timeout);
    await server.answer(status, status === 200 ? '' : null);
    assert.equal(server.requests.length, 2);
    await server.answer(status, status === 200 ? '' : null);
    assert.equal(server.requests.length, 2);
    await pass(context, 250);
    assert.equal(server.requests.length, 3);
  });
}

test('gives up a poll that exceeds the timeout of its address', async context => {
  const { server } = start(context, () => {}, '&timeout=20');
  await pass(context, 30_000);
  assert.equal(server.requests.length, 1);
  await pass(context, 10_000);

  assert.equal(server.requests.length, 2);
  assert.equal(server.requests[0].aborted, true);
});

test('stop aborts the current request', async context => {
  const { server, stop } = start(context);
  await pass(context, 0);
  stop();
  await pass(context, 600_000);

  assert.equal(server.requests.length, 1);
  assert.equal(server.last.aborted, true);
});
