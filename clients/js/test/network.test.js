import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { mock, test } from 'node:test';
import { settled } from './fake-server.js';

// The demo's network replaces fetch when it is loaded.
const held = async (_, { signal }) => {
  signal.throwIfAborted();
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
};
const combined = mock.method(AbortSignal, 'any', AbortSignal.any);
Object.assign(globalThis, { fetch: held, document: { baseURI: 'https://app.example/' }, dispatchEvent() {} });
globalThis.navigator ??= {};
const network = await import('../demo/network.js');

test('the demo ends a request when its signal aborts, by a listener that it removes', async () => {
  const stop = new AbortController();
  const request = assert.rejects(fetch('/api/poll', { signal: stop.signal }), { message: 'stopped' });
  await settled();
  stop.abort(new Error('stopped'));
  await request;

  assert.deepEqual(getEventListeners(stop.signal, 'abort'), []);
  // WebKit may collect a signal of AbortSignal.any that only fetch holds.
  assert.equal(combined.mock.callCount(), 0);
});

test('the demo ends a request whose signal has aborted before', async () => {
  await assert.rejects(fetch('/api/poll', { signal: AbortSignal.abort(new Error('stopped')) }), { message: 'stopped' });
});

test('the demo ends its requests when it goes offline', async () => {
  const request = assert.rejects(fetch('/api/poll', { signal: new AbortController().signal }), { message: 'The network has gone.' });
  await settled();
  network.plug(false);
  await request;

  await assert.rejects(fetch('/api/poll'), { message: 'There is no network.' });
  network.plug(true);
});
