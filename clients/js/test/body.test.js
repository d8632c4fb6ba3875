import assert from 'node:assert/strict';
import { File } from 'node:buffer';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { encode } from '../src/body.js';

const bytes = new Uint8Array([0, 1, 2, 3]);

class Point {
  x = 1;
  y = 2;
}

for (const [what, body, content, type] of [
  ['text', 'grün', 'grün', 'text/plain; charset=utf-8'],
  ['a typed array', bytes, bytes, 'application/octet-stream'],
  ['a part of a buffer', new DataView(bytes.buffer, 1, 2), new Uint8Array([1, 2]), 'application/octet-stream'],
  ['an ArrayBuffer', bytes.buffer, bytes, 'application/octet-stream'],
  ['a SharedArrayBuffer', new SharedArrayBuffer(2), new Uint8Array(2), 'application/octet-stream'],
  ['a Blob', new Blob([bytes], { type: 'image/png' }), bytes.buffer, 'image/png'],
  ['a Blob without a type', new Blob([bytes]), bytes.buffer, 'application/octet-stream'],
  ['a File', new File([bytes], 'x', { type: 'image/png' }), bytes.buffer, 'image/png'],
  ['URLSearchParams', new URLSearchParams({ a: 'ö &' }), 'a=%C3%B6+%26', 'application/x-www-form-urlencoded; charset=utf-8'],
  ['an object', { a: [1, null, 'x', true, { b: 2 }] }, '{"a":[1,null,"x",true,{"b":2}]}', 'application/json'],
  ['a date and a class', { at: new Date(0), point: new Point() }, '{"at":"1970-01-01T00:00:00.000Z","point":{"x":1,"y":2}}', 'application/json'],
  ['null', null, 'null', 'application/json'],
  ['a number', 7, '7', 'application/json'],
]) {
  test(`sends ${what} as ${type}`, async () => {
    assert.deepEqual(await encode(body), [content, type]);
  });
}

test('sends the bytes of the moment, whatever becomes of the array', async () => {
  const reused = new Uint8Array([1]);
  const [content] = await encode(reused);
  reused[0] = 2;

  assert.deepEqual(content, new Uint8Array([1]));
});

const loop = {};
loop.loop = loop;

for (const [what, body] of [
  ['a function', () => {}],
  ['a symbol', Symbol('s')],
  ['a function in a field', { a: 1, f() {} }],
  ['undefined beside other fields', { a: 1, b: undefined }],
  ['undefined in an array', [undefined]],
  ['not a number', { a: NaN }],
  ['a BigInt', 1n],
  ['a circle', loop],
  ['a stream', new ReadableStream()],
  ['a stream of Node', Readable.from(['x'])],
  ['FormData', new FormData()],
  ['a promise', Promise.resolve('x')],
  ['a Map in a field', { map: new Map([[1, 2]]) }],
  ['a Blob in a field', { blob: new Blob(['x']) }],
]) {
  test(`refuses ${what}`, async () => {
    await assert.rejects(encode(body), error => error instanceof TypeError && error.message.startsWith('body cannot be JSON: '));
  });
}
