import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Kept } from '../demo/kept.js';
import { message } from './fake-server.js';

/** Replaces sessionStorage with one that takes values of up to `quota` characters. */
function start(context, quota) {
  const items = new Map();
  globalThis.sessionStorage = {
    getItem: key => items.get(key) ?? null,
    setItem: (key, value) => {
      if (value.length > quota) {
        throw new DOMException('The quota has been exceeded.', 'QuotaExceededError');
      }

      items.set(key, value);
    },
  };
  context.after(() => { delete globalThis.sessionStorage; });
}

const ids = kept => kept.all.map(({ id }) => id);

test('the demo keeps what a page has received, the last 300 messages', context => {
  start(context, Infinity);
  const kept = new Kept('alice');
  for (let number = 1; number <= 302; number++) {
    kept.add(message(`${number}`));
  }

  kept.add(message('3', { deliveries: 2 }));
  const again = new Kept('alice').all;
  assert.equal(again.length, 300);
  assert.deepEqual([again.at(0).id, again.at(-1).id, again.at(-1).deliveries, again.at(-1).text], ['4', '3', 2, 'text of 3']);
});

test('the demo keeps fewer messages where the storage is full, and none fails', context => {
  start(context, 1000);
  const kept = new Kept('alice');
  for (let number = 1; number <= 50; number++) {
    kept.add(message(`${number}`));
  }

  assert.equal(ids(kept).at(-1), '50');
  assert.deepEqual(ids(new Kept('alice')), ids(kept));
  start(context, 0);
  kept.add(message('51'));
  assert.deepEqual(ids(kept), []);
});

test('the demo keeps messages for as long as the page lives where the storage is forbidden', context => {
  Object.defineProperty(globalThis, 'sessionStorage', { get() { throw new DOMException('Not for this page.', 'SecurityError'); }, configurable: true });
  context.after(() => { delete globalThis.sessionStorage; });
  const kept = new Kept('alice');
  kept.add(message('1'));

  assert.deepEqual(ids(kept), ['1']);
});

test('the demo keeps the beginning of a long text, and no bytes', context => {
  start(context, Infinity);
  const kept = new Kept('alice');
  kept.add(message('a', { text: 'x'.repeat(48_000) }));
  kept.add({ id: 'b', contentType: 'application/octet-stream', base64: 'AAAA'.repeat(16_000) });

  assert.equal(kept.all[0].text, 'x'.repeat(5000));
  assert.deepEqual(new Kept('alice').all[1], { id: 'b', contentType: 'application/octet-stream' });
});
