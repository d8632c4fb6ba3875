import assert from 'node:assert/strict';
import { test } from 'node:test';
import { subscribe } from 'funccomet';
import { FakeBrowser } from './fake-browser.js';
import { FakeServer, message, pass, renewed, settled, stopped, stopTime } from './fake-server.js';

const acknowledged = request => request.query.getAll('ack').concat(request.path.endsWith('/ack') ? request.query.getAll('receipt') : []);

const released = receipt => JSON.stringify({ leases: [{ receipt }], expired: [] });

let recipients = 0;

function start(context) {
  stopTime(context);
  context.mock.method(console, 'error', () => {});
  const server = new FakeServer(context);
  const rcpt = `alice-${++recipients}`;
  const open = onMessage => {
    const tab = { received: [] };
    tab.stop = subscribe({
      url: 'https://app.example/api',
      rcpt,
      lease: 20,
      onMessage: each => { tab.received.push(each.id); return onMessage(each); },
    });
    context.after(() => stopped(tab.stop));
    return tab;
  };
  return { server, open, rcpt };
}

for (const [seconds, query] of [[10, 'seconds=0&after=10'], [0, 'seconds=0'], [undefined, 'seconds=0']]) {
  test(`release(${seconds}) gives the message back, does not acknowledge it, and goes on`, async context => {
    const { server, open, rcpt } = start(context);
    let ended = false;
    const { received } = open(async each => {
      if (each.id === 'a' && each.deliveries === 1) {
        await each.release(seconds);
        ended = true;
      }
    });
    await server.deliver(message('a'), message('b'));
    assert.equal(server.last.path, '/api/lease');
    assert.equal(server.last.method, 'POST');
    assert.equal(server.last.query.toString(), `rcpt=${rcpt}&receipt=receipt-a&${query}`);
    assert.equal(ended, false);
    await server.answer(200, released('receipt-a'));
    assert.equal(ended, true);
    assert.deepEqual(acknowledged(server.last), ['receipt-b']);
    await server.deliver(message('a', { deliveries: 2, receipt: 'second-a' }));

    assert.deepEqual(received, ['a', 'b', 'a']);
    assert.deepEqual(acknowledged(server.last), ['second-a']);
  });
}

test('a released message is not renewed, though its handler still works', async context => {
  const { server, open } = start(context);
  open(each => { each.release(10); return new Promise(resolve => context.after(resolve)); });
  await server.deliver(message('a'), message('b'));
  await server.answer(200, released('receipt-a'));
  await pass(context, 10_000);

  assert.deepEqual(server.renewals[1].query.getAll('receipt'), ['receipt-b']);
});

test('a message that is released without waiting for it is not acknowledged either', async context => {
  const { server, open } = start(context);
  open(each => { each.release(10); });
  await server.deliver(message('a'));

  assert.equal(server.polls.length, 2);
  assert.deepEqual(acknowledged(server.polls[1]), []);
});

test('a release waits for the renewal under way, and gives back by the new receipt', async context => {
  const { server, open } = start(context);
  let held;
  open(each => { held = each; return new Promise(resolve => context.after(resolve)); });
  await server.deliver(message('a'));
  await pass(context, 10_000);
  held.release(10);
  await settled();
  assert.equal(server.renewals.length, 1);
  await server.answer(200, renewed(['receipt-a']));

  assert.equal(server.renewals[1].query.get('receipt'), 'receipt-a+');
  assert.equal(server.renewals[1].query.get('after'), '10');
});

test('releasing twice is releasing once', async context => {
  const { server, open } = start(context);
  const releases = [];
  open(each => { releases.push(each.release(10), each.release(0)); });
  await server.deliver(message('a'));

  assert.equal(server.renewals.length, 1);
  assert.equal(releases[0], releases[1]);
});

test('a release without an answer is sent again', async context => {
  const { server, open } = start(context);
  let ended = false;
  open(async each => { await each.release(10); ended = true; });
  await server.deliver(message('a'));
  await server.fail();
  await pass(context, 250);
  assert.equal(server.renewals.length, 2);
  await server.answer(410, JSON.stringify({ status: 410, expired: ['receipt-a'] }), { 'Content-Type': 'application/problem+json' });

  assert.equal(ended, true);
  assert.equal(console.error.mock.calls.length, 0);
});

test('a release that is refused rejects and is logged, and the message is neither acknowledged nor renewed', async context => {
  const { server, open } = start(context);
  let failure;
  open(each => each.release(604_800).catch(error => { failure = error; }));
  await server.deliver(message('a'));
  await server.refuse(400, 'The message expires before.');

  assert.equal(failure.status, 400);
  assert.match(console.error.mock.calls[0].arguments[0], /release failed for a, which comes again when its lease ends/);
  assert.deepEqual(acknowledged(server.last), []);
});

test('a failed release whose promise the handler returns is logged once', async context => {
  const { server, open } = start(context);
  open(each => each.release(604_800));
  await server.deliver(message('a'));
  await server.refuse(400, 'The message expires before.');

  assert.deepEqual(console.error.mock.calls.map(({ arguments: [text] }) => text), [
    'funccomet: release failed for a, which comes again when its lease ends',
  ]);
  assert.deepEqual(acknowledged(server.last), []);
});

test('an error of the handler is logged beside that of its release', async context => {
  const { server, open } = start(context);
  open(async each => { await each.release(604_800).catch(() => {}); throw new Error('no'); });
  await server.deliver(message('a'));
  await server.refuse(400, 'The message expires before.');

  assert.deepEqual(console.error.mock.calls.map(({ arguments: [text] }) => text), [
    'funccomet: release failed for a, which comes again when its lease ends',
    'funccomet: onMessage failed for a, which comes again',
  ]);
});

test('a release is sent again only while the lease lasts', async context => {
  const { server, open } = start(context);
  let failure;
  open(each => each.release(10).catch(error => { failure = error; }));
  await server.deliver(message('a'));
  await server.refuse(503, 'Storage.', { 'Retry-After': '20' });

  assert.equal(failure.status, 503);
  assert.equal(server.renewals.length, 1);
});

for (const seconds of [-1, 0.5, 604_801, '10']) {
  test(`release(${JSON.stringify(seconds)}) throws`, async context => {
    const { server, open } = start(context);
    let failure;
    open(each => { try { each.release(seconds); } catch (error) { failure = error; } });
    await server.deliver(message('a'));

    assert.ok(failure instanceof TypeError);
    assert.equal(failure.message, 'seconds must be a whole number from 0 to 604800');
    assert.deepEqual(acknowledged(server.last), ['receipt-a']);
  });
}

test('a message whose handler has finished cannot be released', async context => {
  const { server, open } = start(context);
  let held;
  open(each => { held = each; });
  await server.deliver(message('a'));

  assert.throws(() => held.release(10), { message: 'message a cannot be released: its handler has finished' });
  assert.equal(server.renewals.length, 0);
});

test('a copy of a message is data alone', async context => {
  const { server, open } = start(context);
  let held;
  open(each => { held = each; });
  await server.deliver(message('a'));

  const { receipt: _, ...content } = message('a');
  assert.deepEqual(structuredClone(held), content);
});

test('stop waits for a release', async context => {
  const { server, open } = start(context);
  const { stop } = open(each => { each.release(10); });
  await server.deliver(message('a'));
  let ended = false;
  const stopping = stop().then(() => { ended = true; });
  await settled();
  assert.equal(ended, false);
  await server.answer(200, released('receipt-a'));
  await stopping;

  assert.equal(server.acknowledgements.length, 0);
});

test('stop does not wait for further attempts of a release', async context => {
  const { server, open } = start(context);
  const { stop } = open(each => { each.release(10); });
  await server.deliver(message('a'));
  const stopping = stop();
  await server.fail();
  await stopping;

  assert.equal(server.renewals.length, 1);
});

test('a release in a tab that does not lead puts the message off in that tab alone', async context => {
  const browser = new FakeBrowser(context);
  const { server, open } = start(context);
  const leader = open(() => {});
  let busy = true;
  const follower = open(each => { if (busy) { each.release(60); } });
  await server.deliver(message('a'));
  assert.deepEqual(acknowledged(server.last), ['receipt-a']);
  busy = false;
  await pass(context, 59_999);
  assert.deepEqual(follower.received, ['a']);
  await pass(context, 1);

  assert.deepEqual(follower.received, ['a', 'a']);
  assert.deepEqual(leader.received, ['a']);
  assert.equal(server.renewals.length, 0);
  assert.equal(browser.locks.length, 1);
});

test('a release at once in a tab that does not lead comes again there after each lease, ten times in all', async context => {
  const browser = new FakeBrowser(context);
  const { server, open } = start(context);
  open(() => {});
  const follower = open(each => { each.release(); });
  await server.deliver(message('a'));
  assert.deepEqual(follower.received, ['a']);
  await pass(context, 19_999);
  assert.deepEqual(follower.received, ['a']);
  await pass(context, 1);
  assert.deepEqual(follower.received, ['a', 'a']);
  await pass(context, 400_000);

  assert.equal(follower.received.length, 10);
  assert.equal(browser.locks.length, 1);
});

test('a message that all tabs release comes again to each once', async context => {
  const browser = new FakeBrowser(context);
  const { server, open } = start(context);
  const later = each => { if (each.deliveries < 3) { each.release(60); } };
  const tabs = [open(later), open(later)];
  await server.answer(204);
  await server.answer(200, JSON.stringify({ messages: [message('a')] }));
  await server.fail();
  await pass(context, 59_000);
  await server.deliver(message('a', { deliveries: 2, receipt: 'second-a' }));
  await pass(context, 59_000);
  await server.deliver(message('a', { deliveries: 3, receipt: 'third-a' }));
  await pass(context, 120_000);

  assert.deepEqual(tabs.map(({ received }) => received), [['a', 'a', 'a'], ['a', 'a', 'a']]);
  assert.equal(browser.locks.length, 1);
});
