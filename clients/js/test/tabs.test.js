import assert from 'node:assert/strict';
import { test } from 'node:test';
import { subscribe } from 'funccomet';
import { FakeBrowser } from './fake-browser.js';
import { FakeServer, message, pass, settled, setClock, stopped, stopTime, work } from './fake-server.js';

const acknowledged = request => request.query.getAll('ack').concat(request.query.getAll('receipt'));

let recipients = 0;

function start(context) {
  stopTime(context);
  context.mock.method(console, 'error', () => {});
  const browser = new FakeBrowser(context);
  const server = new FakeServer(context);
  const rcpt = `alice-${++recipients}`;
  const open = options => {
    const tab = { received: [], states: [] };
    tab.stop = subscribe({
      url: 'https://app.example/api',
      rcpt,
      onMessage: each => { tab.received.push(each.id); return options?.handle?.(each); },
      onState: state => tab.states.push(state),
      ...options,
    });
    context.after(() => stopped(tab.stop));
    return tab;
  };
  return { browser, server, open };
}

test('tabs share one poll, and each gets every message once and in order', async context => {
  const { server, open } = start(context);
  const tabs = [1, 2, 3, 4, 5].map(() => open());
  await settled();
  assert.equal(server.held, 1);
  await server.deliver(message('a'), message('b'));
  await server.deliver(message('c'), message('a', { receipt: 'second-a' }));

  assert.deepEqual(tabs.map(({ received }) => received), Array(5).fill(['a', 'b', 'c']));
  assert.equal(server.requests.length, 3);
  assert.deepEqual(acknowledged(server.last), ['receipt-c', 'second-a']);
});

test('every tab gets the state of the connection, a late one too', async context => {
  const { server, open } = start(context);
  const leader = open();
  const follower = open();
  await settled();
  await server.answer(204);
  await server.refuse(503, 'Storage.', { 'Retry-After': '1' });
  const late = open();
  await settled();

  assert.deepEqual(leader.states.map(({ state, leader }) => [state, leader]), [['connecting', true], ['open', true], ['retrying', true]]);
  assert.deepEqual(follower.states.map(({ state, leader }) => [state, leader]), [['connecting', false], ['open', false], ['retrying', false]]);
  assert.deepEqual(late.states, [{ state: 'retrying', retryIn: 1250, status: 503, reason: 'HTTP 503: Storage.', leader: false }]);
});

test('a leader that stops acknowledges what it has handled, and the next tab leads', async context => {
  const { server, open } = start(context);
  let finish;
  const leader = open({ handle: ({ id }) => id === 'b' ? new Promise(resolve => { finish = resolve; }) : undefined });
  const follower = open();
  await server.deliver(message('a'), message('b'), message('c'));
  leader.stop();
  finish();
  await settled();

  assert.deepEqual(server.acknowledgements.flatMap(acknowledged), ['receipt-a', 'receipt-b']);
  await server.deliver(message('c', { receipt: 'second-c' }), message('d'));
  assert.deepEqual(leader.received, ['a', 'b']);
  assert.deepEqual(follower.received, ['a', 'b', 'c', 'd']);
  assert.deepEqual(acknowledged(server.last), ['second-c', 'receipt-d']);
});

test('a leader whose tab closes is replaced at once, and its messages are not handled again', async context => {
  const { browser, server, open } = start(context);
  open({ handle: () => new Promise(resolve => context.after(resolve)) });
  const followers = [open(), open()];
  await server.deliver(message('a'), message('b'));
  browser.closeLeader();
  await settled();
  assert.equal(server.held, 1);
  await server.deliver(message('a', { receipt: 'second-a' }), message('b', { receipt: 'second-b' }), message('c'));

  assert.deepEqual(followers.map(({ received }) => received), [['a', 'b', 'c'], ['a', 'b', 'c']]);
  assert.deepEqual(acknowledged(server.last), ['second-a', 'second-b', 'receipt-c']);
});

test('a message that the leader’s handler fails for comes again to the leader only', async context => {
  const { server, open } = start(context);
  const leader = open({ handle: ({ deliveries }) => { if (deliveries === 1) { throw new Error('no'); } } });
  const follower = open();
  await server.deliver(message('a'));
  assert.deepEqual(acknowledged(server.last), []);
  await server.deliver(message('a', { deliveries: 2, receipt: 'second-a' }));

  assert.deepEqual(leader.received, ['a', 'a']);
  assert.deepEqual(follower.received, ['a']);
  assert.deepEqual(acknowledged(server.last), ['second-a']);
});

test('a follower retries a message that its handler fails for after each lease, but not for ever', async context => {
  const { server, open } = start(context);
  open();
  let fails = true;
  const follower = open({ lease: 20, handle: () => { if (fails) { throw new Error('no'); } } });
  await server.deliver(message('a'));
  await pass(context, 19_999);
  assert.deepEqual(follower.received, ['a']);
  await pass(context, 1);
  assert.deepEqual(follower.received, ['a', 'a']);
  fails = false;
  await pass(context, 60_000);
  assert.deepEqual(follower.received, ['a', 'a', 'a']);
  fails = true;
  await server.deliver(message('b'));
  await pass(context, 400_000);

  assert.equal(follower.received.filter(id => id === 'b').length, 10);
});

test('a frozen leader loses its lead to a tab that is awake', async context => {
  const { server, open } = start(context);
  const { setInterval } = globalThis;
  globalThis.setInterval = () => 0;
  const frozen = open();
  globalThis.setInterval = setInterval;
  const follower = open();
  await server.answer(204);
  await pass(context, 150_000);
  assert.equal(follower.states.at(-1).leader, false);
  await pass(context, 15_000);

  assert.equal(follower.states.at(-1).leader, true);
  assert.equal(server.held, 1);
  await server.deliver(message('a'));
  assert.deepEqual([frozen.received, follower.received], [['a'], ['a']]);
});

test('a leader that is awake keeps its lead without messages', async context => {
  const { server, open } = start(context);
  const leader = open();
  const follower = open();
  await server.answer(204);
  await pass(context, 200_000);
  setClock(45_000);
  await pass(context, 15_000);

  assert.equal(leader.states.at(-1).leader, true);
  assert.equal(follower.states.at(-1).leader, false);
});

test('a tab that slept does not take the lead from a leader that did not', async context => {
  const { server, open } = start(context);
  const leader = open();
  const follower = open();
  await server.answer(204);
  setClock(300_000);
  await pass(context, 15_000);
  work(300_000);
  await pass(context, 15_000);

  assert.equal(leader.states.at(-1).leader, true);
  assert.equal(follower.states.at(-1).leader, false);
});

test('a refused leader gives way to a tab with a valid token', async context => {
  const { server, open } = start(context);
  const expired = open({ token: 'expired' });
  const valid = open({ token: 'valid' });
  await settled();
  await server.refuse(401, 'Ended.');
  assert.ok(expired.states.some(({ state, status }) => state === 'refused' && status === 401));
  assert.equal(server.last.headers.Authorization, 'Bearer valid');
  await server.deliver(message('a'));

  assert.deepEqual([expired.received, valid.received], [['a'], ['a']]);
  assert.deepEqual(expired.states.at(-1), { state: 'open', leader: false });
  await pass(context, 60_000);
  assert.equal(server.held, 1);
});

test('each recipient and each server has its own leader', async context => {
  const { browser, server, open } = start(context);
  open({ rcpt: 'alice' });
  open({ rcpt: 'bob' });
  open({ rcpt: 'alice', url: 'https://other.example/api' });
  await settled();

  assert.equal(server.held, 3);
  assert.deepEqual(browser.locks, ['funccomet https://app.example/api alice', 'funccomet https://app.example/api bob', 'funccomet https://other.example/api alice']);
});

test('without locks each tab polls', async context => {
  const { server, open } = start(context);
  delete globalThis.isSecureContext;
  open();
  open();
  await settled();

  assert.equal(server.held, 2);
});

test('if locks are forbidden each tab polls', async context => {
  const { browser, server, open } = start(context);
  browser.forbidden = true;
  open();
  open();
  await settled();

  assert.equal(server.held, 2);
});

test('without a channel, as where cookies are blocked, each tab polls', async context => {
  const { browser, server, open } = start(context);
  const { BroadcastChannel } = globalThis;
  globalThis.BroadcastChannel = class { constructor() { throw new DOMException('Not for this page.', 'SecurityError'); } };
  context.after(() => { globalThis.BroadcastChannel = BroadcastChannel; });
  open();
  open();
  await settled();

  assert.equal(server.held, 2);
  assert.deepEqual(browser.locks, []);
});

test('an address with and without a slash at its end is the same, and a relative one is the page’s', async context => {
  const { browser, server, open } = start(context);
  globalThis.document = { baseURI: 'https://app.example/folder/page' };
  context.after(() => { delete globalThis.document; });
  for (const url of ['https://app.example/api', 'https://app.example/api/', '/api', '../api//']) {
    open({ url, rcpt: 'bob' });
  }

  await settled();
  assert.equal(server.held, 1);
  assert.deepEqual(browser.locks, ['funccomet https://app.example/api bob']);
});

test('a page that is removed acknowledges within pagehide, after it has ended its poll', async context => {
  const { browser, server, open } = start(context);
  open();
  await server.deliver(message('a'));
  const poll = server.last;
  let pollAborted;
  const { fetch } = globalThis;
  context.mock.method(globalThis, 'fetch', (...request) => { pollAborted = poll.aborted; return fetch(...request); });
  browser.page.dispatchEvent(new Event('pagehide'));

  assert.deepEqual(server.acknowledgements.map(acknowledged), [['receipt-a']]);
  assert.equal(server.last.keepalive, true);
  assert.equal(pollAborted, true);
});

test('a page that is removed with a token acknowledges within pagehide too', async context => {
  const { browser, server, open } = start(context);
  open({ getToken: () => 'abc' });
  await settled();
  await server.deliver(message('a'));
  browser.page.dispatchEvent(new Event('pagehide'));

  assert.equal(server.acknowledgements.length, 1);
  assert.equal(server.last.headers.Authorization, 'Bearer abc');
});

test('a page that is hidden in the back/forward cache acknowledges, gives up the lead, and joins again when it comes back', async context => {
  const { browser, server, open } = start(context);
  const tab = open();
  await server.deliver(message('a'));
  await server.fail();
  browser.page.dispatchEvent(new Event('pagehide'));
  await settled();
  assert.deepEqual(acknowledged(server.last), ['receipt-a']);
  assert.equal(server.last.path, '/api/ack');
  assert.equal(server.last.keepalive, true);
  assert.equal(server.held, 0);
  browser.page.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
  await server.deliver(message('a', { receipt: 'second-a' }), message('b'));

  assert.deepEqual(tab.received, ['a', 'b']);
});

test('a page that is hidden in the middle of a batch does not acknowledge the rest', async context => {
  const { browser, server, open } = start(context);
  let finish;
  const tab = open({ handle: ({ id }) => id === 'a' ? new Promise(resolve => { finish = resolve; }) : undefined });
  await server.deliver(message('a'), message('b'));
  browser.page.dispatchEvent(new Event('pagehide'));
  finish();
  await settled();
  assert.deepEqual(tab.received, ['a']);
  assert.deepEqual(server.acknowledgements.flatMap(acknowledged), ['receipt-a']);
});

test('a leader ignores the state that another tab reports', async context => {
  const { browser, server, open } = start(context);
  const leader = open();
  await server.answer(204);
  const thawed = new BroadcastChannel(browser.locks[0]);
  thawed.postMessage({ state: { state: 'retrying' } });
  await settled();
  thawed.close();

  assert.deepEqual(leader.states.map(({ state }) => state), ['connecting', 'open']);
});

test('a tab that has stopped gets nothing more', async context => {
  const { server, open } = start(context);
  open();
  const finish = [];
  const follower = open({ handle: () => new Promise(resolve => finish.push(resolve)) });
  await server.deliver(message('a'), message('b'));
  const stopping = follower.stop();
  finish[0]();
  await stopping;
  await server.deliver(message('c'));

  assert.deepEqual(follower.received, ['a']);
});
