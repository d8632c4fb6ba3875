import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { FuncCometError, push } from 'funccomet';
import { FakeServer, pass, settled, stopTime } from './fake-server.js';

const url = 'https://app.example/api/';
const accepted = (...rcpts) => rcpts.map(rcpt => ({ rcpt, id: `id-${rcpt}`, expires: '2026-01-09T03:04:05.000Z' }));

function start(context) {
  stopTime(context);
  return new FakeServer(context);
}

test('pushes to all recipients and returns the accepted copies', async context => {
  const server = start(context);
  const pushing = push({ url, rcpt: ['alice', 'b+b'], body: 'hello', key: 'k', functionKey: 'f', ttl: 60, delay: 5 });
  await server.answer(202, JSON.stringify({ accepted: accepted('alice', 'b+b') }));

  assert.deepEqual(await pushing, accepted('alice', 'b+b'));
  assert.equal(server.last.method, 'POST');
  assert.equal(server.last.path, '/api/push');
  assert.equal(server.last.query.toString(), 'rcpt=alice&rcpt=b%2Bb&ttl=60&delay=5');
  assert.deepEqual(server.last.headers, { 'Content-Type': 'text/plain; charset=utf-8', 'Idempotency-Key': 'k', 'x-functions-key': 'f' });
  assert.equal(server.last.body, 'hello');
});

test('sends the given content type', async context => {
  const server = start(context);
  push({ url, rcpt: 'alice', body: '<p>', contentType: 'text/html' });
  await server.answer(202, JSON.stringify({ accepted: accepted('alice') }));

  assert.equal(server.last.headers['Content-Type'], 'text/html');
});

test('retries with the same key after a pause', async context => {
  const server = start(context);
  const pushing = push({ url, rcpt: 'alice', body: 'hello' });
  await server.fail();
  await pass(context, 250);
  await server.refuse(503, 'Full.', { 'Retry-After': '3' });
  await pass(context, 3499);
  assert.equal(server.requests.length, 2);
  await pass(context, 1);
  await server.answer(202, JSON.stringify({ accepted: accepted('alice') }));

  assert.deepEqual(await pushing, accepted('alice'));
  const keys = server.requests.map(request => request.headers['Idempotency-Key']);
  assert.match(keys[0], /^[0-9a-f]{32}$/);
  assert.deepEqual(keys, [keys[0], keys[0], keys[0]]);
});

test('retries only the recipients that failed', async context => {
  const server = start(context);
  const pushing = push({ url, rcpt: ['alice', 'bob'], body: 'hello' });
  const problem = { status: 503, detail: 'Storage.', accepted: accepted('alice'), failed: [{ rcpt: 'bob', type: 'urn:funccomet:storage-unavailable' }] };
  await server.answer(503, JSON.stringify(problem), { 'Content-Type': 'application/problem+json' });
  await pass(context, 250);
  assert.deepEqual(server.last.query.getAll('rcpt'), ['bob']);
  await server.answer(202, JSON.stringify({ accepted: accepted('bob') }));

  assert.deepEqual(await pushing, accepted('alice', 'bob'));
});

test('pushes again to a recipient over its limit, after the time asked for', async context => {
  const server = start(context);
  const pushing = push({ url, rcpt: ['alice', 'bob'], body: 'hello' });
  const failed = [{ rcpt: 'bob', type: 'urn:funccomet:too-many-requests' }];
  const problem = { status: 429, detail: 'Too many.', accepted: accepted('alice'), failed };
  await server.answer(429, JSON.stringify(problem), { 'Content-Type': 'application/problem+json', 'Retry-After': '20' });
  await pass(context, 20_249);
  assert.equal(server.requests.length, 1);
  await pass(context, 1);
  assert.deepEqual(server.last.query.getAll('rcpt'), ['bob']);
  await server.answer(202, JSON.stringify({ accepted: accepted('bob') }));

  assert.deepEqual(await pushing, accepted('alice', 'bob'));
  const keys = server.requests.map(request => request.headers['Idempotency-Key']);
  assert.equal(keys[0], keys[1]);
});

test('throws the limit of an instance after the last attempt, with every recipient and the time asked for', async context => {
  const server = start(context);
  const pushing = assert.rejects(push({ url, rcpt: ['alice', 'bob'], body: 'hello', attempts: 2 }), error => {
    assert.deepEqual([error.status, error.retryAfter, error.refused, error.rest], [429, 7000, false, ['alice', 'bob']]);
    return true;
  });
  await server.refuse(429, 'Too many.', { 'Retry-After': '1' });
  await pass(context, 1250);
  await server.refuse(429, 'Too many.', { 'Retry-After': '7' });

  await pushing;
  assert.equal(server.requests.length, 2);
});

test('throws a refusal at once', async context => {
  const server = start(context);
  const pushing = assert.rejects(push({ url, rcpt: 'alice', body: 'hello' }), error => {
    assert.ok(error instanceof FuncCometError);
    assert.deepEqual([error.status, error.message, error.problem.detail, error.refused], [413, 'HTTP 413: Too large.', 'Too large.', true]);
    return true;
  });
  await server.refuse(413, 'Too large.');

  await pushing;
  assert.equal(server.requests.length, 1);
});

test('throws the last failure after the last attempt', async context => {
  const server = start(context);
  const pushing = assert.rejects(push({ url, rcpt: 'alice', body: 'hello', attempts: 2 }), { message: 'fetch failed' });
  await server.fail();
  await pass(context, 250);
  await server.fail();

  await pushing;
  assert.equal(server.requests.length, 2);
});

test('its error has the accepted copies, the remaining recipients and the key', async context => {
  const server = start(context);
  const pushing = assert.rejects(push({ url, rcpt: ['alice', 'bob'], body: 'hello', attempts: 2 }), error => {
    assert.deepEqual([error.accepted, error.rest, error.key], [accepted('alice'), ['bob'], server.last.headers['Idempotency-Key']]);
    return true;
  });
  const problem = { status: 503, detail: 'Storage.', accepted: accepted('alice'), failed: [{ rcpt: 'bob', type: 'urn:funccomet:storage-unavailable' }] };
  await server.answer(503, JSON.stringify(problem), { 'Content-Type': 'application/problem+json' });
  await pass(context, 250);
  await server.fail();

  await pushing;
});

test('an error without a problem document is thrown too', async context => {
  const server = start(context);
  const pushing = assert.rejects(push({ url, rcpt: 'alice', body: 'hello' }), { status: 404, problem: undefined, message: 'HTTP 404' });
  await server.answer(404, '<html>');

  await pushing;
});

for (const [what, body] of [['no', ''], ['a broken', '{"status":40'], ['a strange', 'null']]) {
  test(`${what} problem document keeps its status and its Retry-After`, async context => {
    const server = start(context);
    const type = { 'Content-Type': 'application/problem+json' };
    const pushing = assert.rejects(push({ url, rcpt: 'alice' }), { status: 400, problem: undefined, message: 'HTTP 400' });
    await server.answer(503, body, { ...type, 'Retry-After': '3' });
    await pass(context, 3249);
    assert.equal(server.requests.length, 1);
    await pass(context, 1);
    await server.answer(400, body, type);

    await pushing;
    assert.equal(server.requests.length, 2);
  });
}

test('a refusal whose body is cut is a refusal', async context => {
  const server = start(context);
  const pushing = assert.rejects(push({ url, rcpt: 'alice' }), { status: 400, problem: undefined });
  await server.cut(400, { 'Content-Type': 'application/problem+json' });

  await pushing;
});

test('a problem document with lists that are none is retried', async context => {
  const server = start(context);
  const pushing = push({ url, rcpt: 'alice' });
  await server.answer(503, '{"accepted":"alice","failed":7}', { 'Content-Type': 'application/problem+json' });
  await pass(context, 250);
  await server.answer(202, JSON.stringify({ accepted: accepted('alice') }));

  assert.deepEqual(await pushing, accepted('alice'));
});

for (const [what, answer] of [
  ['another program’s JSON', '{"status":"ok"}'],
  ['a page', '<html>Sign in to this network.</html>'],
  ['JSON that is no object', 'null'],
  ['an entry for one of two recipients', JSON.stringify({ accepted: accepted('alice', 'carol') })],
  ['an entry without an id', JSON.stringify({ accepted: [...accepted('alice'), { rcpt: 'bob' }] })],
]) {
  test(`no success is ${what}`, async context => {
    const server = start(context);
    const pushing = push({ url, rcpt: ['alice', 'bob'] });
    await server.answer(200, answer);
    await pass(context, 250);
    assert.deepEqual(server.last.query.getAll('rcpt'), ['alice', 'bob']);
    await server.answer(202, JSON.stringify({ accepted: accepted('bob', 'alice') }));

    assert.deepEqual(await pushing, accepted('alice', 'bob'));
  });
}

test('by default it outlasts a mailbox that is being deleted', async context => {
  const server = start(context);
  const pushing = push({ url, rcpt: 'alice' });
  for (let attempt = 1; attempt <= 4; attempt++) {
    await server.refuse(503, 'The mailbox is being deleted.', { 'Retry-After': '30' });
    await pass(context, 30_000 + 250 * 2 ** (attempt - 1));
  }

  assert.equal(server.requests.length, 5);
  await server.answer(202, JSON.stringify({ accepted: accepted('alice') }));
  assert.deepEqual(await pushing, accepted('alice'));
});

test('an empty 500 and cut connections are retried with the same key', async context => {
  const server = start(context);
  const pushing = push({ url, rcpt: 'alice' });
  await server.answer(500, '');
  await pass(context, 250);
  await server.fail();
  await pass(context, 500);
  await server.cut(202);
  await pass(context, 1000);
  await server.answer(202, JSON.stringify({ accepted: accepted('alice') }));

  assert.deepEqual(await pushing, accepted('alice'));
  assert.equal(server.requests.length, 4);
  assert.equal(new Set(server.requests.map(request => request.headers['Idempotency-Key'])).size, 1);
});

test('an attempt without an answer ends after 30 seconds', async context => {
  const server = start(context);
  const pushing = assert.rejects(push({ url, rcpt: 'alice', attempts: 1 }), { name: 'TimeoutError' });
  await settled();
  assert.equal(server.held, 1);
  await pass(context, 30_000);

  await pushing;
});

test('leaves no timer, which would keep a program from ending', async context => {
  const server = new FakeServer(context);
  const timers = () => process.getActiveResourcesInfo().filter(resource => resource === 'Timeout').length;
  const before = timers();
  const pushing = push({ url, rcpt: 'alice' });
  await server.answer(202, JSON.stringify({ accepted: accepted('alice') }));
  await pushing;

  assert.equal(timers(), before);
});

test('a signal that outlives many pushes keeps nothing of them, and is combined with no other', async context => {
  const server = start(context);
  const combined = context.mock.method(AbortSignal, 'any', AbortSignal.any);
  const { signal } = new AbortController();
  for (let count = 0; count < 20; count++) {
    const pushing = push({ url, rcpt: 'alice', signal });
    await server.answer(202, JSON.stringify({ accepted: accepted('alice') }));
    await pushing;
  }

  assert.deepEqual(getEventListeners(signal, 'abort'), []);
  // WebKit may collect a signal of AbortSignal.any that only fetch holds.
  assert.equal(combined.mock.callCount(), 0);
});

test('the signal ends an attempt or a pause', async context => {
  const server = start(context);
  for (const fail of [() => {}, () => server.fail()]) {
    const stop = new AbortController();
    const pushing = assert.rejects(push({ url, rcpt: 'alice', body: 'hello', signal: stop.signal }), { name: 'AbortError' });
    await settled();
    await fail();
    stop.abort();
    await pushing;
  }
});
