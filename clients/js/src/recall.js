import { address, ask, FuncCometError, keyHeader, notAnswered } from './http.js';
import { ATTEMPT_LIMIT, limited } from './limited.js';
import { check, checkFunctionKey, checkRecipient, checkWhole, resolveFunctions } from './options.js';
import { MAX_BATCH } from './receipts.js';
import { backoff, pause } from './retry.js';

// The most requests under way: a request is for one recipient, and a message may have a hundred.
const AT_ONCE = 10;

/** @typedef {import('./index.js').Accepted} Accepted */

/** @type {typeof import('./index.js').recall} */
export async function recall(accepted, { url, functionKey, attempts = 5, signal }) {
  const functions = resolveFunctions(url);
  const copies = [accepted].flat();
  const known = copies.every(copy => copy?.handed || (typeof copy?.recall === 'string' && copy.recall !== ''));
  check(known, 'accepted', 'what push returned: copies with `recall` or `handed` (older apps send neither)');
  copies.forEach(({ rcpt }) => checkRecipient(rcpt));
  checkFunctionKey(functionKey);
  checkWhole('attempts', attempts, 1);
  const headers = keyHeader(functionKey);

  // A copy that was handed to a poll has no handle.
  const delivered = new Set(copies.filter(copy => !copy.recall));
  /** @type {Set<Accepted>} */
  const recalled = new Set();
  const batches = batchesOf(copies.filter(copy => copy.recall));
  /** @type {unknown[]} */
  const errors = [];
  // What one request ended with, such as a wrong key or an outage, the next would end with too.
  for (let from = 0; from < batches.length && errors.length === 0; from += AT_ONCE) {
    await Promise.all(batches.slice(from, from + AT_ONCE).map(batch => take(batch).catch(error => errors.push(error))));
  }

  const outcome = { recalled: copies.filter(copy => recalled.has(copy)), delivered: copies.filter(copy => delivered.has(copy)) };
  if (errors.length > 0) {
    const rest = copies.filter(copy => !recalled.has(copy) && !delivered.has(copy));
    throw errors[0] instanceof Error ? Object.assign(errors[0], outcome, { rest }) : errors[0];
  }

  return outcome;

  /** Takes back copies of one recipient. @param {Accepted[]} batch */
  async function take(batch) {
    let rest = batch;
    for (let attempt = 1; rest.length > 0; attempt++) {
      try {
        const from = address(functions, 'push', { rcpt: rest[0].rcpt, recall: rest.map(copy => String(copy.recall)) });
        const { answer } = await limited(ATTEMPT_LIMIT, signal, within => ask(from, { method: 'DELETE', headers, signal: within }));
        if (answer !== undefined) {
          throw notAnswered();
        }

        rest = sort(rest, [], []);
      } catch (error) {
        const answered = error instanceof FuncCometError ? error : undefined;
        const { delivered: late, failed = [] } = answered?.problem ?? {};
        if (Array.isArray(late) && Array.isArray(failed)) {
          rest = sort(rest, late, failed);
        }

        if (rest.length > 0) {
          if (answered?.refused || signal?.aborted || attempt === attempts) {
            throw error;
          }

          await pause(backoff(attempt) + (answered?.retryAfter ?? 0), signal);
        }
      }
    }
  }

  /**
   * Notes what became of copies, by their handles. Returns those that failed.
   * @param {Accepted[]} batch
   * @param {unknown[]} late
   * @param {unknown[]} failed
   */
  function sort(batch, late, failed) {
    const open = batch.filter(copy => failed.includes(copy.recall));
    batch.filter(copy => !open.includes(copy)).forEach(copy => (late.includes(copy.recall) ? delivered : recalled).add(copy));
    return open;
  }
}

/**
 * Batches of one recipient each, small enough for a query.
 * @param {Accepted[]} copies
 */
function batchesOf(copies) {
  const recipients = [...new Set(copies.map(({ rcpt }) => rcpt))].map(rcpt => copies.filter(copy => copy.rcpt === rcpt));
  return recipients.flatMap(each => Array.from({ length: Math.ceil(each.length / MAX_BATCH) }, (_, n) => each.slice(n * MAX_BATCH, (n + 1) * MAX_BATCH)));
}
