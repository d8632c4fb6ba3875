import assert from 'node:assert/strict';
import { test } from 'node:test';
import { presence, push } from 'funccomet';
import { FakeServer, stopTime } from './fake-server.js';

const url = 'https://app.example/api/';

function start(context) {
  stopTime(context);
  return new FakeServer(context);
}

test('tells who waits, in the order of the recipients', async context => {
  const server = start(context);
  const asking = presence({ url, rcpt: ['alice', 'bob', 'carol', 'alice'], functionKey: 'f' });
  await server.answer(200, JSON.stringify({
    presence: [{ rcpt: 'bob', waiting: false, lastSeen: null }, { rcpt: 'alice', waiting: true, lastSeen: '2026-01-02T03:04:00.000Z' }],
    failed: [{ rcpt: 'carol', type: 'urn:funccomet:storage-unavailable' }],
  }));

  assert.deepEqual(await asking, [
    { rcpt: 'alice', waiting: true, lastSeen: '2026-01-02T03:04:00.000Z' },
    { rcpt: 'bob', waiting: false, lastSeen: null },
    { rcpt: 'carol', waiting: undefined, lastSeen: undefined },
  ]);
  assert.equal(server.last.method, 'GET');
  assert.equal(server.last.path, '/api/presence');
  assert.equal(server.last.query.toString(), 'rcpt=alice&rcpt=bob&rcpt=carol');
  assert.deepEqual(server.last.headers, { 'x-functions-key': 'f' });
});

test('presence throws what the server refuses, and what it did not answer', async context => {
  const server = start(context);
  const refused = assert.rejects(presence({ url, rcpt: 'alice' }), { name: 'FuncCometError', status: 503 });
  await server.refuse(503, 'Storage.');
  const other = assert.rejects(presence({ url, rcpt: 'alice' }), { name: 'TypeError', message: 'The request was not answered by the server' });
  await server.answer(200, '<html>');

  await Promise.all([refused, other]);
});

for (const [what, option, value] of [['no recipient', 'rcpt', []], ['a bad address', 'url', 'https://'], ['a bad key', 'functionKey', 'ö']]) {
  test(`presence throws before it sends anything: ${what}`, async context => {
    const server = start(context);

    await assert.rejects(presence({ url, rcpt: 'alice', [option]: value }), error => error instanceof TypeError && error.message.startsWith(`${option} must be `));
    assert.equal(server.requests.length, 0);
  });
}

test('a push that asks for presence returns what it was told, and one that does not sends no parameter', async context => {
  const server = start(context);
  const copy = { rcpt: 'alice', id: 'a', expires: '2026-01-09T03:04:05.000Z', recall: 'handle', waiting: false };
  const asking = push({ url, rcpt: 'alice', presence: true });
  await server.answer(202, JSON.stringify({ accepted: [copy] }));
  assert.deepEqual(await asking, [copy]);
  assert.equal(server.last.query.toString(), 'rcpt=alice&presence=true');
  push({ url, rcpt: 'alice', presence: false });
  await server.answer(202, JSON.stringify({ accepted: [copy] }));

  assert.equal(server.last.query.toString(), 'rcpt=alice');
});
