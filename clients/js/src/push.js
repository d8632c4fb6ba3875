import { encode } from './body.js';
import { address, ask, FuncCometError, keyHeader, notAnswered, parseObject } from './http.js';
import { ATTEMPT_LIMIT, limited } from './limited.js';
import { check, checkContentType, checkFunctionKey, checkKey, checkRecipients, checkWhole, resolveFunctions } from './options.js';
import { backoff, pause } from './retry.js';

/** @type {typeof import('./index.js').push} */
export async function push(options) {
  const { url, rcpt, body = '', key = randomKey(), contentType, ttl, delay, presence = false, functionKey, attempts = 5, signal } = options;
  const functions = resolveFunctions(url);
  let rest = [...new Set([rcpt].flat())];
  checkRecipients(rest);
  checkKey(key);
  checkFunctionKey(functionKey);
  checkWhole('ttl', ttl, 1, 2_592_000);
  checkWhole('delay', delay, 0, 604_800);
  check(typeof presence === 'boolean', 'presence', 'true or false');
  checkWhole('attempts', attempts, 1);
  const [content, type] = await encode(body);
  checkContentType(contentType ?? type);
  const headers = { 'Content-Type': contentType ?? type, 'Idempotency-Key': key, ...keyHeader(functionKey) };
  /** @type {import('./index.js').Accepted[]} */
  const accepted = [];
  for (let attempt = 1; ; attempt++) {
    try {
      const to = address(functions, 'push', { rcpt: rest, ttl, delay, presence: presence ? 'true' : undefined });
      const { answer } = await limited(ATTEMPT_LIMIT, signal, within => ask(to, { method: 'POST', headers, body: content, signal: within }));
      const copies = copiesOf(rest, parseObject(answer));
      if (copies.length < rest.length) {
        throw notAnswered();
      }

      return accepted.concat(copies);
    } catch (error) {
      const answered = error instanceof FuncCometError ? error : undefined;
      accepted.push(...copiesOf(rest, answered?.problem));
      rest = rest.filter(each => !accepted.some(copy => copy.rcpt === each));
      if (answered?.refused || signal?.aborted || attempt === attempts) {
        throw error instanceof Error ? Object.assign(error, { accepted, rest, key }) : error;
      }

      await pause(backoff(attempt) + (answered?.retryAfter ?? 0), signal);
    }
  }
}

/**
 * The stored copies for these recipients that an answer names.
 * @param {string[]} recipients
 * @param {Record<string, any> | undefined} answer
 * @returns {import('./index.js').Accepted[]}
 */
function copiesOf(recipients, answer) {
  const accepted = Array.isArray(answer?.accepted) ? answer.accepted : [];
  return recipients.flatMap(rcpt => accepted.find(copy => copy?.rcpt === rcpt && typeof copy.id === 'string') ?? []);
}

/** Random enough to be unique. Pages without a secure context have no crypto.randomUUID. */
function randomKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('');
}
