import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoff, pause, refusedPause, retryAfter } from '../src/retry.js';
import { settled, stopTime } from './fake-server.js';

test('backoff: random up to a limit that doubles to 30 seconds', context => {
  context.mock.method(Math, 'random', () => 1);
  assert.deepEqual([1, 2, 3, 6, 7, 8, 2000].map(backoff), [500, 1000, 2000, 16_000, 30_000, 30_000, 30_000]);
  Math.random.mock.mockImplementation(() => 0);
  assert.deepEqual([1, 7].map(backoff), [0, 0]);
});

test('refusedPause: 30 to 60 seconds', context => {
  context.mock.method(Math, 'random', () => 0);
  assert.equal(refusedPause(), 30_000);
  Math.random.mock.mockImplementation(() => 0.5);
  assert.equal(refusedPause(), 45_000);
});

test('retryAfter: seconds, a date, nothing, nonsense', context => {
  stopTime(context);
  assert.equal(retryAfter('7'), 7000);
  assert.equal(retryAfter('Fri, 02 Jan 2026 03:04:15 GMT'), 10_000);
  assert.equal(retryAfter('Fri, 02 Jan 2026 03:04:00 GMT'), 0);
  assert.equal(retryAfter(null), 0);
  assert.equal(retryAfter('soon'), 0);
});

test('retryAfter: an hour at most, since a timer of a month would fire at once', () => {
  assert.equal(retryAfter('2592000'), 3_600_000);
});

test('pause: ends when the signal aborts, before or during it', async context => {
  stopTime(context);
  const stop = new AbortController();
  let ended = false;
  pause(1000, stop.signal).then(() => { ended = true; });
  await settled();
  assert.equal(ended, false);
  stop.abort();
  await settled();
  assert.equal(ended, true);
  await pause(1000, stop.signal);
});
