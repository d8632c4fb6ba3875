import assert from 'node:assert/strict';
import { test } from 'node:test';
import { subscribe } from 'funccomet';
import { FakeBrowser } from './fake-browser.js';
import { FakeServer, message, pass, renewed, settled, stopped, stopTime, work } from './fake-server.js';

/** A subscription whose handlers the test ends, each by `finish` with the message's id, or makes fail by `fail`. */
function start(context, options = {}) {
  stopTime(context);
  context.mock.method(console, 'error', () => {});
  context.mock.method(console, 'warn', () => {});
  const server = new FakeServer(context);
  const received = [];
  const open = {};
  const end = (id, how) => { open[id][how](how === 'reject' ? new Error('no') : undefined); return settled(); };
  const stop = subscribe({
    url: 'https://app.example/api',
    rcpt: 'alice',
    lease: 20,
    onMessage: ({ id }) => {
      received.push(id);
      return new Promise((resolve, reject) => { open[id] = { resolve, reject }; });
    },
    ...options,
  });
  context.after(() => stopped(stop));
  return { server, received, stop, finish: id => end(id, 'resolve'), fail: id => end(id, 'reject') };
}

const receipts = request => request.query.getAll('receipt');
const acknowledged = request => request.query.getAll('ack').concat(request.path.endsWith('/ack') ? receipts(request) : []);

/** Answers the renewal that is held: all its receipts are renewed. */
const renew = server => server.answer(200, renewed(receipts(server.renewals.at(-1))));

const problem = (status, more) => [status, JSON.stringify({ status, detail: 'No.', ...more }), { 'Content-Type': 'application/problem+json' }];

test('renews at half of the lease what is not handled, and what is handled and not yet acknowledged, but not what has failed', async context => {
  const { server, finish, fail } = start(context);
  await server.deliver(message('a'), message('b'), message('c'), message('d'));
  await finish('a');
  await fail('b');
  await pass(context, 9999);
  assert.equal(server.renewals.length, 0);
  await pass(context, 1);

  assert.equal(server.last.method, 'POST');
  assert.equal(server.last.path, '/api/lease');
  assert.equal(server.last.query.toString(), 'rcpt=alice&receipt=receipt-c&receipt=receipt-d&receipt=receipt-a&seconds=20');
});

test('renews again at half of the renewed lease, and acknowledges with the newest receipts', async context => {
  const { server, finish } = start(context);
  await server.deliver(message('a'));
  await pass(context, 10_000);
  await renew(server);
  await pass(context, 9999);
  assert.equal(server.renewals.length, 1);
  await pass(context, 1);
  assert.deepEqual(receipts(server.renewals[1]), ['receipt-a+']);
  await renew(server);
  await finish('a');

  assert.equal(server.polls.length, 2);
  assert.deepEqual(server.requests.flatMap(acknowledged), ['receipt-a++']);
});

test('does not renew once everything is handled', async context => {
  const { server, finish } = start(context);
  await server.deliver(message('a'));
  await pass(context, 9000);
  await finish('a');
  await pass(context, 60_000);

  assert.equal(server.renewals.length, 0);
});

test('does not acknowledge with the next poll before its renewal is answered', async context => {
  const { server, finish } = start(context);
  await server.deliver(message('a'));
  await pass(context, 10_000);
  await finish('a');
  assert.equal(server.polls.length, 1);
  assert.equal(server.acknowledgements.length, 0);
  await renew(server);

  assert.equal(server.polls.length, 2);
  assert.deepEqual(acknowledged(server.last), ['receipt-a+']);
});

test('does not acknowledge in between before the renewal is answered', async context => {
  const { server, finish, received } = start(context);
  await server.deliver(message('a'), message('b'));
  await pass(context, 10_000);
  work(1);
  await finish('a');
  assert.equal(server.acknowledgements.length, 0);
  assert.deepEqual(received, ['a']);
  await renew(server);

  assert.deepEqual(server.acknowledgements.map(acknowledged), [['receipt-a+']]);
  assert.deepEqual(received, ['a', 'b']);
});

test('does not renew a message while its acknowledgement is under way', async context => {
  const { server, finish } = start(context, { lease: 3600 });
  const { fetch } = globalThis;
  let answer;
  context.mock.method(globalThis, 'fetch', (url, init) => url.includes('/ack?')
    ? new Promise(resolve => { answer = () => resolve(fetch(url, init)); })
    : fetch(url, init));
  await server.deliver(message('a'), message('b'));
  work(1_799_000);
  await finish('a');
  work(2000);
  await finish('b');
  await pass(context, 5000);
  assert.deepEqual(server.renewals.map(receipts), []);
  answer();
  await settled();

  assert.deepEqual(server.acknowledgements.map(acknowledged), [['receipt-a', 'receipt-b']]);
});

test('takes a message whose renewal was done without an answer for handled when it comes again, and acknowledges it', async context => {
  const { server, finish, received } = start(context);
  await server.deliver(message('a'));
  await pass(context, 10_000);
  await server.fail();
  await pass(context, 250);
  assert.deepEqual(receipts(server.renewals[1]), ['receipt-a']);
  await server.answer(...problem(410, { expired: ['receipt-a'] }));
  await finish('a');
  assert.deepEqual(server.requests.flatMap(acknowledged), []);
  await server.deliver(message('a', { deliveries: 2, receipt: 'second-a' }));

  assert.deepEqual(received, ['a']);
  assert.deepEqual(acknowledged(server.polls[2]), ['second-a']);
});

test('acknowledges with the old receipt if a renewal had no answer: it counts unless the renewal was done', async context => {
  const { server, finish, received } = start(context);
  await server.deliver(message('a'));
  await pass(context, 10_000);
  await server.fail();
  await finish('a');
  assert.deepEqual(server.requests.flatMap(acknowledged), ['receipt-a']);
  await server.deliver(message('a', { deliveries: 2, receipt: 'second-a' }));

  assert.deepEqual(received, ['a']);
  assert.deepEqual(acknowledged(server.polls[2]), ['second-a']);
});

test('an answer that is not the server’s is no answer', async context => {
  const { server, finish } = start(context);
  await server.deliver(message('a'));
  await pass(context, 10_000);
  await server.answer(200, '<html>Sign in to this network.</html>');
  await pass(context, 250);
  assert.equal(server.renewals.length, 2);
  await renew(server);
  await finish('a');

  assert.deepEqual(server.requests.flatMap(acknowledged), ['receipt-a+']);
});

test('waits longer and longer after answers that do not name a receipt', async context => {
  const { server, finish } = start(context);
  await server.deliver(message('a'));
  await pass(context, 10_000);
  await server.answer(200, '{"leases":[],"expired":[]}');
  await pass(context, 249);
  assert.equal(server.renewals.length, 1);
  await pass(context, 1);
  assert.equal(server.renewals.length, 2);
  await server.answer(200, '{"leases":[],"expired":[]}');
  await pass(context, 499);
  assert.equal(server.renewals.length, 2);
  await pass(context, 1);
  assert.deepEqual(server.renewals.map(receipts), [['receipt-a'], ['receipt-a'], ['receipt-a']]);
  await renew(server);
  await finish('a');

  assert.deepEqual(server.requests.flatMap(acknowledged), ['receipt-a+']);
});

for (const [what, answer] of [
  ['that is answered 200', server => server.answer(200, renewed(['receipt-a', 'receipt-c'], { expired: ['receipt-b'] }))],
  ['that is answered 503', server => server.answer(...problem(503, { leases: JSON.parse(renewed(['receipt-a', 'receipt-c'])).leases, expired: ['receipt-b'], failed: [] }))],
]) {
  test(`does not give the handler a message that a renewal names as expired, ${what}`, async context => {
    const { server, received, finish } = start(context);
    await server.deliver(message('a'), message('b'), message('c'));
    await pass(context, 10_000);
    await answer(server);
    await finish('a');
    await finish('c');

    assert.deepEqual(received, ['a', 'c']);
    assert.deepEqual(server.requests.flatMap(acknowledged), ['receipt-a+', 'receipt-c+']);
  });
}

test('does not acknowledge a handled message that a renewal names as expired', async context => {
  const { server, finish } = start(context);
  await server.deliver(message('a'), message('b'));
  await finish('a');
  await pass(context, 10_000);
  await server.answer(200, renewed(['receipt-b'], { expired: ['receipt-a'] }));
  await finish('b');

  assert.deepEqual(server.requests.flatMap(acknowledged), ['receipt-b+']);
});

test('keeps what a failed renewal has done, and renews the rest again within what is left of their leases', async context => {
  const { server, finish } = start(context);
  await server.deliver(message('a'), message('b'));
  await pass(context, 10_000);
  const [status, body, headers] = problem(503, { leases: JSON.parse(renewed(['receipt-a'])).leases, expired: [], failed: ['receipt-b'] });
  await server.answer(status, body, { ...headers, 'Retry-After': '3' });
  await pass(context, 3249);
  assert.equal(server.renewals.length, 1);
  await pass(context, 1);
  assert.deepEqual(receipts(server.renewals[1]), ['receipt-b']);
  await renew(server);
  await finish('a');
  await finish('b');

  assert.deepEqual(server.requests.flatMap(acknowledged), ['receipt-a+', 'receipt-b+']);
});

test('does not renew a message any more when its lease is over', async context => {
  const { server, received, finish } = start(context);
  await server.deliver(message('a'), message('b'));
  await pass(context, 10_000);
  await server.refuse(503, 'Storage.', { 'Retry-After': '10' });
  await pass(context, 60_000);
  assert.equal(server.renewals.length, 1);
  await finish('a');

  assert.deepEqual(received, ['a', 'b']);
  assert.deepEqual(server.requests.flatMap(acknowledged), ['receipt-a']);
});

for (const status of [404, 405]) {
  test(`goes on without renewing where an older app answers ${status}, and says so once`, async context => {
    const { server, finish } = start(context);
    await server.deliver(message('a'), message('b'));
    await pass(context, 10_000);
    await server.answer(status);
    await pass(context, 60_000);
    assert.equal(server.renewals.length, 1);
    await finish('a');
    await finish('b');
    assert.deepEqual(server.requests.flatMap(acknowledged), ['receipt-a', 'receipt-b']);
    await server.deliver(message('c'));
    await pass(context, 10_000);
    assert.equal(server.renewals.length, 2);
    await server.answer(status);

    assert.equal(console.warn.mock.calls.length, 1);
    assert.match(console.warn.mock.calls[0].arguments[0], /does not know \/lease yet/);
  });
}

test('a 404 of an app that has renewed before is a failure that passes', async context => {
  const { server } = start(context);
  await server.deliver(message('a'));
  await pass(context, 10_000);
  await renew(server);
  await pass(context, 10_000);
  await server.answer(404);
  await pass(context, 250);

  assert.deepEqual(receipts(server.renewals[2]), ['receipt-a+']);
  assert.equal(console.warn.mock.calls.length, 0);
});

for (const [renewFor, count] of [[0, 0], [9, 0], [29, 2], [30, 3]]) {
  test(`renewFor ${renewFor} renews ${count} times under a lease of 20 seconds`, async context => {
    const { server } = start(context, { renewFor });
    await server.deliver(message('a'));
    for (let half = 1; half <= 5; half++) {
      await pass(context, 10_000);
      if (server.renewals.length === half) {
        await renew(server);
      }
    }

    assert.equal(server.renewals.length, count);
  });
}

test('renews for an hour, if nothing else is said', async context => {
  const { server } = start(context, { lease: 900 });
  await server.deliver(message('a'));
  for (let half = 1; half <= 12; half++) {
    await pass(context, 450_000);
    if (server.renewals.length === half) {
      await renew(server);
    }
  }

  assert.equal(server.renewals.length, 8);
});

test('never renews after it is stopped', async context => {
  const { server, stop, finish } = start(context);
  await server.deliver(message('a'), message('b'));
  const stopping = stop();
  await pass(context, 60_000);
  assert.equal(server.renewals.length, 0);
  await finish('a');
  await stopping;

  assert.deepEqual(server.requests.flatMap(acknowledged), ['receipt-a']);
});

test('does not make up for a renewal that was due when it is stopped', async context => {
  const { server, stop } = start(context);
  await server.deliver(message('a'));
  work(12_000);
  stop();
  await settled();

  assert.equal(server.renewals.length, 0);
});

test('stop waits for the renewal under way, and acknowledges with the newest receipts', async context => {
  const { server, stop, finish } = start(context);
  await server.deliver(message('a'), message('b'));
  await finish('a');
  await pass(context, 10_000);
  const stopping = stop();
  await finish('b');
  assert.equal(server.acknowledgements.length, 0);
  await renew(server);
  await stopping;

  assert.deepEqual(server.acknowledgements.map(acknowledged), [['receipt-a+', 'receipt-b+']]);
});

test('stop waits for a renewal for ten seconds at most', async context => {
  const { server, stop, finish } = start(context);
  await server.deliver(message('a'));
  await pass(context, 10_000);
  let ended = false;
  const stopping = stop().then(() => { ended = true; });
  await finish('a');
  await pass(context, 9999);
  assert.equal(ended, false);
  await pass(context, 1);
  await stopping;

  assert.deepEqual(server.acknowledgements.map(acknowledged), [['receipt-a']]);
  assert.equal(server.renewals.length, 1);
});

for (const [lease, seconds] of [[20, '150'], [600, '600']]) {
  test(`a renewal of a hidden page with a lease of ${lease} seconds covers ${seconds}`, async context => {
    globalThis.document = { visibilityState: 'hidden', baseURI: 'https://app.example/' };
    context.after(() => { delete globalThis.document; });
    const { server } = start(context, { lease });
    await server.deliver(message('a'));
    await pass(context, lease * 500);
    assert.equal(server.last.query.get('seconds'), seconds);
    await renew(server);
    await pass(context, Number(seconds) * 500 - 1);
    assert.equal(server.renewals.length, 1);
    await pass(context, 1);

    assert.equal(server.renewals.length, 2);
  });
}

test('renews sixteen receipts by a request, whose query stays below 4,000 bytes', async context => {
  const { server } = start(context, { rcpt: 'ö'.repeat(128) });
  const many = Array.from({ length: 20 }, (_, number) => `${number}`.padStart(120, 'r'));
  await server.deliver(...many.map((receipt, number) => message(`${number}`, { receipt })));
  await pass(context, 10_000);

  assert.deepEqual(server.renewals.map(receipts), [many.slice(0, 16), many.slice(16)]);
  assert.ok(server.renewals[0].query.toString().length < 4000);
});

test('a page that is removed while a renewal is under way does not acknowledge what is being renewed', async context => {
  const browser = new FakeBrowser(context);
  const { server, finish } = start(context);
  await server.deliver(message('a'), message('b'));
  await finish('a');
  await pass(context, 10_000);
  browser.page.dispatchEvent(new Event('pagehide'));
  assert.equal(server.acknowledgements.length, 0);
  await renew(server);

  assert.deepEqual(server.acknowledgements.map(acknowledged), [['receipt-a+']]);
  assert.equal(server.last.keepalive, true);
  await finish('b');
});

test('a page that comes back polls without the receipts that are being renewed', async context => {
  const browser = new FakeBrowser(context);
  delete globalThis.isSecureContext;
  const { server, finish } = start(context);
  await server.deliver(message('a'), message('b'));
  await finish('a');
  await pass(context, 10_000);
  browser.page.dispatchEvent(new Event('pagehide'));
  browser.page.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
  await settled();
  assert.equal(server.polls.length, 2);
  assert.deepEqual(acknowledged(server.polls[1]), []);
  await renew(server);

  assert.deepEqual(server.acknowledgements.map(acknowledged), [['receipt-a+']]);
});
