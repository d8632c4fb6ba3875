import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FuncCometError, recall } from 'funccomet';
import { FakeServer, pass, settled, stopTime } from './fake-server.js';

const url = 'https://app.example/api/';
const copy = (rcpt, handle = `handle-${rcpt}`) => ({ rcpt, id: `id-${handle}`, expires: '2026-01-09T03:04:05.000Z', recall: handle });
const handed = rcpt => ({ rcpt, id: `id-${rcpt}`, expires: '2026-01-09T03:04:05.000Z', handed: true });

function start(context) {
  stopTime(context);
  return new FakeServer(context);
}

const problem = (status, more) => [status, JSON.stringify({ status, detail: 'No.', ...more }), { 'Content-Type': 'application/problem+json' }];

test('takes back one copy', async context => {
  const server = start(context);
  const recalling = recall(copy('b+b'), { url, functionKey: 'f' });
  await server.answer(204);

  assert.deepEqual(await recalling, { recalled: [copy('b+b')], delivered: [] });
  assert.equal(server.last.method, 'DELETE');
  assert.equal(server.last.path, '/api/push');
  assert.equal(server.last.query.toString(), 'rcpt=b%2Bb&recall=handle-b%2Bb');
  assert.deepEqual(server.last.headers, { 'x-functions-key': 'f' });
});

test('asks once for all copies of a recipient, and at the same time for others', async context => {
  const server = start(context);
  const copies = [copy('alice', 'one'), copy('bob'), copy('alice', 'two')];
  const recalling = recall(copies, { url });
  await settled();
  assert.deepEqual(server.requests.map(({ query }) => query.toString()), ['rcpt=alice&recall=one&recall=two', 'rcpt=bob&recall=handle-bob']);
  await server.answer(204);
  await server.answer(204);

  assert.deepEqual(await recalling, { recalled: copies, delivered: [] });
});

test('names what was delivered, by a poll that waited or since', async context => {
  const server = start(context);
  const copies = [handed('alice'), copy('bob', 'one'), copy('bob', 'two')];
  const recalling = recall(copies, { url });
  await server.answer(...problem(409, { delivered: ['one'] }));

  assert.deepEqual(await recalling, { recalled: [copies[2]], delivered: [copies[0], copies[1]] });
  assert.equal(server.requests.length, 1);
});

test('sends nothing for copies that were all handed over', async context => {
  const server = start(context);

  assert.deepEqual(await recall([handed('alice')], { url }), { recalled: [], delivered: [handed('alice')] });
  assert.deepEqual(await recall([], { url }), { recalled: [], delivered: [] });
  assert.equal(server.requests.length, 0);
});

test('retries what failed after a pause', async context => {
  const server = start(context);
  const copies = ['one', 'two', 'three'].map(handle => copy('alice', handle));
  const recalling = recall(copies, { url });
  const [status, body, headers] = problem(503, { delivered: ['one'], failed: ['two'] });
  await server.answer(status, body, { ...headers, 'Retry-After': '3' });
  await pass(context, 3249);
  assert.equal(server.requests.length, 1);
  await pass(context, 1);
  assert.deepEqual(server.last.query.getAll('recall'), ['two']);
  await server.answer(204);

  assert.deepEqual(await recalling, { recalled: [copies[1], copies[2]], delivered: [copies[0]] });
});

for (const [what, answer] of [
  ['no answer', server => server.fail()],
  ['an answer that is not the server’s', server => server.answer(200, '<html>')],
  ['an answer of a proxy', server => server.answer(503, '<html>')],
]) {
  test(`retries everything after ${what}`, async context => {
    const server = start(context);
    const recalling = recall(copy('alice'), { url });
    await answer(server);
    await pass(context, 250);
    assert.deepEqual(server.last.query.getAll('recall'), ['handle-alice']);
    await server.answer(204);

    assert.deepEqual(await recalling, { recalled: [copy('alice')], delivered: [] });
    assert.equal(server.requests.length, 2);
  });
}

test('its error says what became of the copies', async context => {
  const server = start(context);
  const copies = [copy('alice'), copy('bob', 'one'), copy('bob', 'two'), copy('bob', 'three'), handed('carol')];
  const recalling = assert.rejects(recall(copies, { url, attempts: 1 }), error => {
    assert.ok(error instanceof FuncCometError);
    assert.equal(error.status, 503);
    assert.deepEqual(error.recalled, [copies[0], copies[1]]);
    assert.deepEqual(error.delivered, [copies[2], copies[4]]);
    assert.deepEqual(error.rest, [copies[3]]);
    return true;
  });
  await settled();
  await server.answer(204);
  await server.answer(...problem(503, { delivered: ['two'], failed: ['three'] }));

  await recalling;
});

test('throws a refusal at once', async context => {
  const server = start(context);
  const recalling = assert.rejects(recall(copy('alice'), { url }), { status: 401, rest: [copy('alice')], recalled: [], delivered: [] });
  await server.answer(401, '');

  await recalling;
  assert.equal(server.requests.length, 1);
});

test('sends nothing more to other recipients after a refusal', async context => {
  const server = start(context);
  const copies = Array.from({ length: 11 }, (_, number) => copy(`r${number}`));
  const recalling = assert.rejects(recall(copies, { url, functionKey: 'wrong' }), { status: 401, rest: copies, recalled: [], delivered: [] });
  for (let answered = 0; answered < 10; answered++) {
    await server.answer(401, '');
  }

  await recalling;
  assert.equal(server.requests.length, 10);
});

test('takes back sixteen copies by a request and at most ten requests at a time', async context => {
  const server = start(context);
  const copies = Array.from({ length: 12 * 17 }, (_, number) => copy(`r${number % 12}`, `${number}`.padStart(120, 'h')));
  const recalling = recall(copies, { url });
  await settled();
  assert.equal(server.requests.length, 10);
  for (let answered = 0; answered < 24; answered++) {
    await server.answer(204);
  }

  assert.equal((await recalling).recalled.length, 204);
  assert.deepEqual(server.requests.slice(0, 4).map(({ query }) => query.getAll('recall').length), [16, 1, 16, 1]);
  assert.ok(Math.max(...server.requests.map(({ query }) => query.toString().length)) < 4000);
});

test('the signal ends it', async context => {
  const server = start(context);
  const stop = new AbortController();
  const recalling = assert.rejects(recall(copy('alice'), { url, signal: stop.signal }), { name: 'AbortError', rest: [copy('alice')] });
  await server.fail();
  stop.abort();

  await recalling;
  assert.equal(server.requests.length, 1);
});

for (const [what, accepted, options, option] of [
  ['a copy of an older app', { rcpt: 'alice', id: 'a', expires: '' }, {}, 'accepted'],
  ['nothing', undefined, {}, 'accepted'],
  ['an empty handle', { ...copy('alice'), recall: '' }, {}, 'accepted'],
  ['a handle that is no text', { ...copy('alice'), recall: 1 }, {}, 'accepted'],
  ['a copy without a recipient', { ...copy('alice'), rcpt: undefined }, {}, 'rcpt'],
  ['an empty recipient', { ...copy('alice'), rcpt: '' }, {}, 'rcpt'],
  ['a recipient with a control character', copy('ali\nce', 'one'), {}, 'rcpt'],
  ['a bad address', [], { url: 'https://' }, 'url'],
  ['a function key that is not ASCII', [], { functionKey: 'ö' }, 'functionKey'],
  ['no attempts', [], { attempts: 0 }, 'attempts'],
]) {
  test(`recall throws before it sends anything: ${what}`, async context => {
    const server = start(context);

    await assert.rejects(recall(accepted, { url, ...options }), error => error instanceof TypeError && error.message.startsWith(`${option} must be `));
    assert.equal(server.requests.length, 0);
  });
}
