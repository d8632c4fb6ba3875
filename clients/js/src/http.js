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

  /** Whether asking again is of no use: the request is at fault, not the moment. */
  get refused() {
    return this.status >= 400 && this.status < 500 && ![408, 425, 429].includes(this.status);
  }
}

/**
 * One request; resolves to the body, or to undefined where the answer is that there is none.
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
 * The address of one of the functions.
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
 * Who answers may be a proxy, which knows nothing of problem documents.
 * @param {Response} response
 * @param {string} body
 */
function parseProblem(response, body) {
  return /^application\/problem\+json/.test(response.headers.get('Content-Type') ?? '') ? JSON.parse(body) : undefined;
}
