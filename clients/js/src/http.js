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
 * Sends one request. Resolves to the body, or to undefined after a 204; rejects with a FuncCometError after an error status.
 * @param {string} url
 * @param {RequestInit} init
 * @returns {Promise<string | undefined>}
 */
export async function ask(url, init) {
  const response = await fetch(url, { cache: 'no-store', ...init });
  const body = await response.text();
  if (!response.ok) {
    throw new FuncCometError(response.status, parseProblem(response, body), retryAfter(response.headers.get('Retry-After')));
  }

  return response.status === 204 ? undefined : body;
}

/**
 * Builds the address of a function with its query. Undefined parameters are left out; an array repeats its parameter.
 * @param {string} base
 * @param {string} name
 * @param {Record<string, string | number | readonly string[] | undefined>} parameters
 */
export function address(base, name, parameters) {
  const query = new URLSearchParams();
  for (const [parameter, value] of Object.entries(parameters)) {
    for (const each of Array.isArray(value) ? value : value === undefined ? [] : [value]) {
      query.append(parameter, String(each));
    }
  }

  return `${base.replace(/\/$/, '')}/${name}?${query}`;
}

/**
 * Parses a problem document; undefined if the body is none, as when a proxy answers.
 * @param {Response} response
 * @param {string} body
 */
function parseProblem(response, body) {
  return /^application\/problem\+json/.test(response.headers.get('Content-Type') ?? '') ? JSON.parse(body) : undefined;
}
