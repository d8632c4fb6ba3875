import assert from 'node:assert/strict';
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

for (const [what, body, contentType, sent] of [
  ['bytes', new Uint8Array([1, 2]), 'application/octet-stream', new Uint8Array([1, 2])],
  ['an object', { a: 1 }, 'application/json', '{"a":1}'],
  ['nothing', undefined, 'text/plain; charset=utf-8', ''],
]) {
  test(`${what} goes as ${contentType}`, async context => {
    const server = start(context);
    push({ url, rcpt: 'alice', body });
    await server.answer(202, JSON.stringify({ accepted: accepted('alice') }));

    assert.equal(server.last.headers['Content-Type'], contentType);
    assert.deepEqual(server.last.body, sent);
  });
}

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
  assert.match(keys[0], /^[0-9a-f-]{36}$/);
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
