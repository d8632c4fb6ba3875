import assert from 'node:assert/strict';
import { test } from 'node:test';
import { subscribe } from 'funccomet';
import { FakeServer, message, pass, settled, stopped, stopTime, work } from './fake-server.js';

// The time at which tests begin, in seconds.
const now = Date.parse('2026-01-02T03:04:05Z') / 1000;

const jwt = (exp, padding = '') => `e30.${Buffer.from(JSON.stringify({ sub: `älice?>${padding}`, exp })).toString('base64url')}.sig`;

function start(context, options) {
  stopTime(context);
  const server = new FakeServer(context);
  const states = [];
  const stop = subscribe({ url: 'https://app.example/api', rcpt: 'alice', onMessage: () => {}, onState: state => states.push(state), ...options });
  context.after(() => stopped(stop));
  return { server, states, stop };
}

const sent = server => server.requests.map(request => request.headers.Authorization);

test('polls and acknowledgements send the token in a header, not in the URL', async context => {
  const { server, stop } = start(context, { token: 'abc' });
  await server.deliver(message('a'));
  await stop();

  assert.deepEqual(sent(server), ['Bearer abc', 'Bearer abc', 'Bearer abc']);
  assert.equal(server.last.path, '/api/ack');
  assert.doesNotMatch(server.requests.map(request => request.query.toString()).join(), /abc/);
});

test('getToken is called once, and again when the token is about to expire', async context => {
  let count = 0;
  const tokens = [jwt(now + 100), jwt(now + 3600)];
  const { server } = start(context, { getToken: async () => tokens[count++], wait: 20 });
  await server.answer(204);
  await pass(context, 20_000);
  await server.answer(204);
  assert.equal(count, 1);
  await pass(context, 20_000);
  await server.answer(204);
  await pass(context, 20_000);
  await server.answer(204);
  assert.equal(count, 1);
  await pass(context, 20_000);
  await server.answer(204);

  assert.equal(count, 2);
  assert.deepEqual(sent(server).slice(-2), [`Bearer ${tokens[0]}`, `Bearer ${tokens[1]}`]);
});

test('the expiry of a token is read from any base64url', async context => {
  for (const padding of ['', '1', '22', '~~~', '???', 'öö']) {
    let count = 0;
    const ended = start(context, { getToken: () => { count++; return jwt(now + 31, padding); } });
    await settled();
    work(1001);
    await ended.server.answer(204);
    assert.equal(count, 2, padding);
    await ended.stop();
    context.mock.timers.reset();
    context.mock.restoreAll();
  }
});

test('a token that seems to be ending when it is received is used until it is refused', async context => {
  let count = 0;
  const { server } = start(context, { getToken: () => { count++; return jwt(now - 7200); } });
  await server.answer(204);
  await pass(context, 220_000);
  await server.answer(204);
  assert.equal(count, 1);
  await server.refuse(401, 'Expired.');

  assert.equal(count, 2);
});

test('white space around a token is not sent', async context => {
  const { server } = start(context, { getToken: () => ' abc\r\n' });
  await settled();

  assert.deepEqual(sent(server), ['Bearer abc']);
});

test('a token without an expiry is used until it is refused', async context => {
  let count = 0;
  const { server } = start(context, { getToken: () => `opaque-${++count}` });
  await server.answer(204);
  await pass(context, 220_000);
  await server.answer(204);

  assert.deepEqual(sent(server), ['Bearer opaque-1', 'Bearer opaque-1', 'Bearer opaque-1']);
});

test('after a 401 the token is renewed once and the request repeated at once', async context => {
  let count = 0;
  const { server, states } = start(context, { getToken: () => `token-${++count}` });
  await server.refuse(401, 'The token has ended.');
  await server.answer(204);

  assert.deepEqual(sent(server), ['Bearer token-1', 'Bearer token-2', 'Bearer token-2']);
  assert.deepEqual(states.map(({ state }) => state), ['connecting', 'open']);
});

test('a second 401 is reported as a refusal and tried again later with another token', async context => {
  let count = 0;
  const { server, states } = start(context, { getToken: () => `token-${++count}` });
  await server.refuse(401, 'No.');
  await server.refuse(401, 'No.');

  assert.deepEqual(states.at(-1), { state: 'refused', retryIn: 45_000, status: 401, reason: 'HTTP 401: No.', leader: false });
  assert.equal(server.requests.length, 2);
  await pass(context, 45_000);
  await server.refuse(401, 'No.');
  await server.answer(204);
  assert.deepEqual(sent(server).slice(2, 4), ['Bearer token-2', 'Bearer token-3']);
  assert.equal(states.at(-1).state, 'open');
});

for (const status of [401, 403]) {
  test(`a refused fixed token is reported and retried after a pause: ${status}`, async context => {
    const { server, states } = start(context, { token: 'abc' });
    await server.refuse(status, 'No.');

    assert.equal(states.at(-1).state, 'refused');
    assert.equal(states.at(-1).status, status);
    await pass(context, 44_999);
    assert.equal(server.requests.length, 1);
  });
}

test('a failing getToken is called again after a pause', async context => {
  let count = 0;
  const { server, states } = start(context, { getToken: async () => { if (++count === 1) { throw new Error('signed out'); } return 'abc'; } });
  await settled();
  assert.deepEqual(states.at(-1), { state: 'retrying', retryIn: 250, reason: 'signed out', leader: true });
  await pass(context, 250);
  await server.answer(204);

  assert.equal(states.at(-1).state, 'open');
});

for (const [what, given] of [['an error page', '<html>Sign in to this network.</html>'], ['a line break', 'ab\nc'], ['another alphabet', 'grün'], ['nothing', undefined]]) {
  test(`a malformed token is not kept: ${what}`, async context => {
    let count = 0;
    const { server, states } = start(context, { getToken: async () => ++count === 1 ? given : 'abc' });
    await settled();
    assert.deepEqual(states.at(-1), { state: 'retrying', retryIn: 250, reason: 'getToken gave no token', leader: true });
    assert.equal(server.requests.length, 0);
    await pass(context, 250);
    await server.answer(204);

    assert.deepEqual(sent(server), ['Bearer abc', 'Bearer abc']);
  });
}

test('gives up a poll whose token never comes', async context => {
  let count = 0;
  start(context, { getToken: () => { count++; return new Promise(() => {}); } });
  await pass(context, 9_999);
  assert.equal(count, 1);
  await pass(context, 10_001);

  assert.equal(count, 2);
});

test('a renewal that never ends does not delay a stop with receipts to acknowledge', async context => {
  const tokens = [jwt(now + 40), new Promise(() => {})];
  const { server, stop } = start(context, { getToken: () => tokens.length > 1 ? tokens.shift() : tokens[0], onMessage: () => work(14_000) });
  await server.deliver(message('a'));
  assert.equal(server.polls.length, 1);
  let ended = false;
  stop().then(() => { ended = true; });
  await settled();
  await pass(context, 20_000);

  assert.equal(ended, true);
  assert.equal(server.acknowledgements.length, 0);
});
