import { check, checkText } from './options.js';

const BYTES = 'application/octet-stream';

// What JSON can hold, by its built-in tag. Others, such as a Map, a Promise or a Blob, would become {}.
const JSON_TAGS = ['Object', 'Array', 'String', 'Number', 'Boolean'];

/**
 * Encodes a body as what is sent and its content type. Bytes are copied, so that a retry sends what the first attempt sent.
 * @param {unknown} body
 * @returns {Promise<[BodyInit, string]>}
 */
export async function encode(body) {
  if (typeof body === 'string') {
    checkText(body);
    return [body, 'text/plain; charset=utf-8'];
  }

  if (ArrayBuffer.isView(body)) {
    return [new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice(), BYTES];
  }

  // By tag, because the value may come from another frame.
  switch (tagOf(body)) {
    case 'ArrayBuffer':
    case 'SharedArrayBuffer':
      return [new Uint8Array(/** @type {ArrayBuffer} */ (body)).slice(), BYTES];
    case 'Blob':
    case 'File': {
      const blob = /** @type {Blob} */ (body);
      return [await blob.arrayBuffer(), blob.type || BYTES];
    }

    case 'URLSearchParams':
      return [String(body), 'application/x-www-form-urlencoded; charset=utf-8'];
    default:
      return [toJson(body), 'application/json'];
  }
}

/** @param {unknown} body */
function toJson(body) {
  try {
    return JSON.stringify(body, checkValue);
  } catch (error) {
    throw new TypeError(`body cannot be JSON: ${/** @type {Error} */ (error).message}`, { cause: error });
  }
}

/**
 * Refuses what JSON would leave out or change without an error.
 * @param {string} name
 * @param {unknown} value
 */
function checkValue(name, value) {
  const valid = value === null || ['string', 'boolean', 'bigint'].includes(typeof value) || Number.isFinite(value)
    || (typeof value === 'object' && JSON_TAGS.includes(tagOf(value)));
  check(valid, name || 'it', `a value of JSON, not ${typeof value === 'object' ? tagOf(value) : String(value)}`);
  return value;
}

/** @param {unknown} value */
function tagOf(value) {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}
