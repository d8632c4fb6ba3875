import { address, ask, FuncCometError } from './http.js';
import { backoff, pause } from './retry.js';

// In ms.
const ATTEMPT_LIMIT = 30_000;

/** @type {typeof import('./index.js').push} */
export async function push({ url, rcpt, body = '', key = crypto.randomUUID(), contentType, ttl, delay, functionKey, attempts = 5, signal }) {
  const [bytes, type] = encode(body);
  const headers = { 'Content-Type': contentType ?? type, 'Idempotency-Key': key, ...(functionKey && { 'x-functions-key': functionKey }) };
  /** @type {import('./index.js').Accepted[]} */
  const accepted = [];
  let rest = [rcpt].flat();
  for (let attempt = 1; ; attempt++) {
    try {
      const limit = AbortSignal.timeout(ATTEMPT_LIMIT);
      const answer = await ask(address(url, 'push', { rcpt: rest, ttl, delay }), {
        method: 'POST',
        headers,
        body: bytes,
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
      });
      return accepted.concat(JSON.parse(answer ?? '').accepted);
    } catch (error) {
      const refused = error instanceof FuncCometError ? error : undefined;
      accepted.push(...refused?.problem?.accepted ?? []);
      rest = refused?.problem?.failed?.map((/** @type {{ rcpt: string }} */ each) => each.rcpt) ?? rest;
      if (refused?.refused || signal?.aborted || attempt === attempts) {
        throw error instanceof Error ? Object.assign(error, { accepted, rest, key }) : error;
      }

      await pause(backoff(attempt) + (refused?.retryAfter ?? 0), signal);
    }
  }
}

/**
 * @param {unknown} body
 * @returns {[BodyInit, string]}
 */
function encode(body) {
  if (typeof body === 'string') {
    return [body, 'text/plain; charset=utf-8'];
  }

  return body instanceof ArrayBuffer || ArrayBuffer.isView(body)
    ? [/** @type {BodyInit} */ (body), 'application/octet-stream']
    : [JSON.stringify(body), 'application/json'];
}
