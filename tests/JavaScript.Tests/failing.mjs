// These tests fail on purpose: ClientSuiteTests checks how failures are reported.
import assert from 'node:assert/strict';
import { test } from 'node:test';

test('a test that passes', () => {});
test('an assertion', () => assert.equal(1, 2, 'one is not two'));
test('an error', async () => { throw new TypeError('oh'); });
test('skipped', { skip: true }, () => {});
