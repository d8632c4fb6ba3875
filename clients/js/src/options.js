// The protocol's rules for what a caller gives, checked before anything is sent: what breaks one of them would fail however often it is
// sent, or reach somebody else.

const MAX_RECIPIENT = 256;
const MAX_RECIPIENTS = 100;
const MAX_KEY = 128;
const MAX_CONTENT_TYPE = 200;

// Half of a character, as it is left where a text is cut in the middle of an emoji. In UTF-8 each would become the same U+FFFD.
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Throws a TypeError that names the option and its rule.
 * @param {unknown} valid
 * @param {string} option
 * @param {string} rule
 */
export function check(valid, option, rule) {
  if (!valid) {
    throw new TypeError(`${option} must be ${rule}`);
  }
}

/** @param {unknown} rcpt */
export function checkRecipient(rcpt) {
  const valid = isText(rcpt) && rcpt !== '' && !/\p{Cc}/u.test(rcpt) && new TextEncoder().encode(rcpt).length <= MAX_RECIPIENT;
  check(valid, 'rcpt', `1 to ${MAX_RECIPIENT} bytes of valid UTF-8 without control characters`);
}

/** @param {unknown[]} rcpts */
export function checkRecipients(rcpts) {
  check(rcpts.length >= 1 && rcpts.length <= MAX_RECIPIENTS, 'rcpt', `1 to ${MAX_RECIPIENTS} recipients`);
  rcpts.forEach(checkRecipient);
}

/** @param {unknown} key */
export function checkKey(key) {
  check(isAscii(key, MAX_KEY) && !key.includes(' '), 'key', `1 to ${MAX_KEY} visible ASCII characters`);
}

/** @param {unknown} contentType */
export function checkContentType(contentType) {
  check(isAscii(contentType, MAX_CONTENT_TYPE), 'contentType', `1 to ${MAX_CONTENT_TYPE} printable ASCII characters`);
}

/** @param {unknown} functionKey undefined and the empty string mean none */
export function checkFunctionKey(functionKey) {
  check(!functionKey || isAscii(functionKey, Infinity), 'functionKey', 'printable ASCII characters');
}

/** @param {string} body */
export function checkText(body) {
  check(isText(body), 'body', 'text without lone surrogates');
}

/**
 * @param {string} option
 * @param {unknown} value undefined means the server's default
 * @param {number} min
 * @param {number} [max]
 */
export function checkWhole(option, value, min, max = Infinity) {
  const range = max < Infinity ? `from ${min} to ${max}` : `of at least ${min}`;
  const valid = value === undefined || (Number.isInteger(value) && Number(value) >= min && Number(value) <= max);
  check(valid, option, `a whole number ${range}`);
}

/**
 * Resolves an address as the page's own links are resolved.
 * @param {unknown} url
 */
export function resolve(url) {
  const resolved = isText(url) ? parse(url) : undefined;
  const valid = resolved && /^https?:$/.test(resolved.protocol) && resolved.username + resolved.password === '';
  check(valid, 'url', 'an http or https address without a user name');
  return /** @type {URL} */ (resolved);
}

/**
 * Resolves the address of the functions; without a slash at its end.
 * @param {unknown} url
 */
export function resolveFunctions(url) {
  const { origin, pathname, search, hash } = resolve(url);
  check(search + hash === '', 'url', 'the address of the functions, without a query');
  return origin + pathname.replace(/\/+$/, '');
}

/** @param {string} url */
function parse(url) {
  try {
    // In a frame with srcdoc, the location is no base for addresses.
    return new URL(url, globalThis.document?.baseURI ?? globalThis.location?.href);
  } catch {
    return undefined;
  }
}

/**
 * @param {unknown} value
 * @returns {value is string}
 */
function isText(value) {
  return typeof value === 'string' && !LONE_SURROGATE.test(value);
}

/**
 * @param {unknown} value
 * @param {number} max
 * @returns {value is string}
 */
function isAscii(value, max) {
  return typeof value === 'string' && /^[ -~]+$/.test(value) && value.length <= max;
}
