import assert from 'node:assert/strict';
import { test } from 'node:test';
import { longpoll, push, subscribe } from 'funccomet';
import { FakeServer } from './fake-server.js';

const url = 'https://app.example/api';
const half = 'cut 😀'.slice(0, -1);

const addresses = [['nonsense', 'https://'], ['of a file', 'file:///api'], ['with a user', 'https://a:b@app.example/api'], ['without a base', '/api'], ['cut', `${url}/${half}`]];

for (const [what, option, value] of [
  ...addresses.map(([kind, address]) => [`an address ${kind}`, 'url', address]),
  ['an address with a query', 'url', `${url}?code=1`],
  ['no recipient', 'rcpt', undefined],
  ['an empty recipient', 'rcpt', ''],
  ['a cut recipient', 'rcpt', half],
  ['a control character', 'rcpt', 'a\u0085'],
  ['a recipient of 257 bytes', 'rcpt', `${'ö'.repeat(128)}x`],
  ['no recipients', 'rcpt', []],
  ['one bad recipient', 'rcpt', ['alice', half]],
  ['101 recipients', 'rcpt', Array.from({ length: 101 }, (_, number) => `${number}`)],
  ['a cut key', 'key', half],
  ['a key with a line break', 'key', 'k\r\nx-evil: 1'],
  ['a key with a blank', 'key', 'k k'],
  ['an empty key', 'key', ''],
  ['a key of 129 characters', 'key', 'k'.repeat(129)],
  ['a content type with a line break', 'contentType', 'text/plain\nx: y'],
  ['a content type that is not ASCII', 'contentType', 'text/plain; x=ö'],
  ['a content type of 201 characters', 'contentType', 'x'.repeat(201)],
  ['a function key that is not ASCII', 'functionKey', 'ö'],
  ['a cut text', 'body', half],
  ...[0, -1, 1.5, NaN, Infinity, '2', null].map(attempts => [`${typeof attempts} ${attempts} attempts`, 'attempts', attempts]),
  ['a ttl of 0', 'ttl', 0],
  ['a delay of a fraction', 'delay', 0.5],
  ['a presence that is text', 'presence', 'true'],
]) {
  test(`push throws before it sends anything: ${what}`, async context => {
    const server = new FakeServer(context);
    const pushing = push({ url, rcpt: 'alice', body: 'hello', [option]: value });

    await assert.rejects(pushing, error => error instanceof TypeError && error.message.startsWith(`${option} must be `));
    assert.equal(server.requests.length, 0);
  });
}

for (const [what, option, value] of [
  ...addresses.map(([kind, address]) => [`an address ${kind}`, 'url', address]),
  ['no recipient', 'rcpt', undefined],
  ['a cut recipient', 'rcpt', half],
  ['several recipients', 'rcpt', ['alice']],
  ['no handler', 'onMessage', undefined],
  ['a token that cannot be sent', 'token', 'ö'],
  ['a lease of 4', 'lease', 4],
  ['a lease that is text', 'lease', '30'],
  ['a negative renewFor', 'renewFor', -1],
  ['a renewFor that is endless', 'renewFor', Infinity],
  ['a wait that is no number', 'wait', NaN],
]) {
  test(`subscribe throws at once: ${what}`, () => {
    const options = { url, rcpt: 'alice', onMessage: () => {}, [option]: value };

    assert.throws(() => subscribe(options), error => error instanceof TypeError && error.message.startsWith(`${option} must be `));
  });
}

for (const [what, address] of addresses) {
  test(`longpoll throws at once: an address ${what}`, () => {
    assert.throws(() => longpoll(address, () => {}), error => error instanceof TypeError && error.message.startsWith('url must be '));
  });
}
