import { retryAfter } from './retry.js';

export class FuncCometError extends Error {
  /**
   * @param {number} status
   * @param {Record<string, any> | undefined} problem
   * @param {number} retryAfter
   */
  constructor(status, problem, retryAfter) {
    super(`HTTP ${status}${problem?.detail ? `: ${problem.detail}` : ''}`);
    this.name = 'FuncCometError';
    this.status = status;
    this.problem = problem;
    this.retryAfter = retryAfter;
  }

  /** True if the request itself is at fault, so that repeating it is of no use. */
  get refused() {
    return this.status >= 400 && this.status < 500 && ![408, 425, 429].includes(this.status);
  }
}

/**
 * @template T
 * @typedef {object} Answer
 * @property {T | undefined} answer what was answered; undefined after a 204
 * @property {number} retryAfter the answer's `Retry-After` in ms; 0 if it has none
 */

/**
 * Sends one request. Rejects with a FuncCometError after an error status.
 * @param {string} url
 * @param {RequestInit} init
 * @returns {Promise<Answer<string>>}
 */
export async function ask(url, init) {
  const response = await fetch(url, { cache: 'no-store', ...init });
  const wait = retryAfter(response.headers.get('Retry-After'));
  if (!response.ok) {
    throw new FuncCometError(response.status, await readProblem(response, init.signal), wait);
  }

  return { answer: response.status === 204 ? undefined : await response.text(), retryAfter: wait };
}

/**
 * Parses a JSON object; undefined if the text is none.
 * @param {string | undefined} text
 * @returns {Record<string, any> | undefined}
 */
export function parseObject(text) {
  try {
    const value = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The header that carries a function key, if there is one.
 * @param {string | undefined} functionKey
 * @returns {Record<string, string>}
 */
export const keyHeader = functionKey => (functionKey ? { 'x-functions-key': functionKey } : {});

/** The error of an answer that is not the server's: a captive portal answers 200 to everything. */
export const notAnswered = () => new TypeError('The request was not answered by the server');

/**
 * Builds the address of a function with its query. Undefined parameters are left out; an array repeats its parameter.
 * @param {string} functions the address of the functions, without a slash at its end
 * @param {string} name
 * @param {Record<string, string | number | readonly string[] | undefined>} parameters
 */
export function address(functions, name, parameters) {
  const query = new URLSearchParams();
  for (const [parameter, value] of Object.entries(parameters)) {
    for (const each of Array.isArray(value) ? value : value === undefined ? [] : [value]) {
      query.append(parameter, String(each));
    }
  }

  return `${functions}/${name}?${query}`;
}

/**
 * Reads a problem document; undefined if there is none, as when a proxy answers, or if it does not arrive whole: the status says enough.
 * @param {Response} response
 * @param {AbortSignal | null | undefined} signal
 */
async function readProblem(response, signal) {
  const text = await response.text().catch(() => undefined);
  signal?.throwIfAborted();
  return /^application\/problem\+json/i.test(response.headers.get('Content-Type') ?? '') ? parseObject(text) : undefined;
}
