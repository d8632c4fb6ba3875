import { FuncCometError } from './http.js';

/** The longest that the server holds a poll, in seconds. */
export const LONGEST_WAIT = 220;

// In seconds: what polls ask for at least, however soon they are cut. Shorter polls would cost too many requests.
const SHORTEST_WAIT = 5;

// The share of the time after which polls are cut that they ask for.
const SHARE = 0.8;

// In ms: what ends sooner has failed for another reason.
const SOONEST = 1000;

// By how much the times of two cuts may differ, in ms and as a share of the longer, whichever is more.
const TOLERANCE = 1000;
const TOLERATED = 0.1;

// In ms: the pauses before the first probe and, at most, before a later one.
const FIRST_PROBE = 300_000;
const LAST_PROBE = 3_600_000;

/**
 * @typedef {object} Known The limit of an origin
 * @property {number} after for how many ms a poll is held until it is cut
 * @property {number} pause before the next probe, in ms
 * @property {number} probeAt when the next probe is due, in ms of performance.now()
 */

/**
 * @typedef {object} Poll
 * @property {number} wait for how many seconds it asks
 * @property {boolean} isDoubtful whether it may be cut, so that a message that is handed to it may be lost on the way
 * @property {<T>(send: () => Promise<T>) => Promise<T>} watch sends its request, and learns from how that ends
 */

/** @type {Map<string, Limits>} */
const origins = new Map();

/**
 * What the page has learnt of that which stands in front of an origin. A proxy, load balancer or CDN may end a request that is held for
 * long, and may keep the app's side of it open, so that the app hands the next message to nobody.
 */
export class Limits {
  #name;
  /** @type {Known | undefined} */
  #known;
  /** After how many ms a poll was cut, if a second cut at that time makes it the limit. @type {number | undefined} */
  #first;
  /** When the last cut was counted. One crash cuts many polls, so those that had begun before count no more. */
  #counted = -Infinity;
  #isDoubtful = false;
  /** The poll that asks for more than the limit. @type {Poll | undefined} */
  #probe;

  /** @param {string} name of what is kept for a reload of the page */
  constructor(name) {
    this.#name = name;
    this.#known = load(name);
  }

  /** Those of an address's origin. @param {string} url */
  static of(url) {
    const { origin } = new URL(url);
    const limits = origins.get(origin) ?? new Limits(`funccomet ${origin}`);
    origins.set(origin, limits);
    return limits;
  }

  /** Says what was learnt, as text for logs; undefined if there is no limit. */
  get reason() {
    return this.#known && `Requests are ended after ${Math.round(this.#known.after / 1000)} s, so polls ask for ${within(this.#known.after)} s`;
  }

  /**
   * Begins a poll, which ends with `end`.
   * @param {number} wait for how many seconds it would ask without a limit
   * @param {AbortSignal} signal aborts if this client ends the poll
   */
  begin(wait, signal) {
    const known = this.#known;
    const isProbe = known !== undefined && !this.#probe && performance.now() >= known.probeAt && wait * 1000 > known.after;
    /** @type {Poll} */
    const poll = {
      wait: known && !isProbe ? Math.min(wait, within(known.after)) : wait,
      isDoubtful: this.#isDoubtful || isProbe,
      watch: send => this.#watch(poll, send, signal),
    };
    if (isProbe) {
      this.#probe = poll;
    }

    return poll;
  }

  /** @param {Poll} poll */
  end(poll) {
    if (this.#probe === poll) {
      this.#probe = undefined;
    }
  }

  /**
   * @template T
   * @param {Poll} poll
   * @param {() => Promise<T>} send
   * @param {AbortSignal} signal
   */
  async #watch(poll, send, signal) {
    const began = performance.now();
    try {
      const answer = await send();
      this.#answered(poll, performance.now() - began);
      return answer;
    } catch (error) {
      const held = performance.now() - began;
      if (isAnswer(error)) {
        this.#answered(poll, held);
      } else if (!signal.aborted && globalThis.navigator?.onLine !== false && held >= SOONEST && held < poll.wait * 1000 && began >= this.#counted) {
        this.#cut(poll, held);
      }

      throw error;
    }
  }

  /**
   * @param {Poll} poll
   * @param {number} held in ms
   */
  #answered(poll, held) {
    const known = this.#known;
    const isLate = held > (this.#first ?? Infinity);
    const isBeyond = known !== undefined && held > known.after;
    const isWithin = known !== undefined && poll.wait > 0 && poll.wait <= within(known.after);
    if (isLate) {
      this.#first = undefined;
    }

    if (isBeyond) {
      this.#know(undefined);
    }

    this.#isDoubtful &&= !(isLate || isBeyond || isWithin);
  }

  /**
   * @param {Poll} poll
   * @param {number} held in ms
   */
  #cut(poll, held) {
    const known = this.#known;
    const first = this.#first;
    this.#counted = performance.now();
    this.#isDoubtful = true;
    if (known && poll === this.#probe) {
      const isMore = held > known.after + tolerance(held);
      this.#know(isMore ? held : known.after, Math.min(known.pause * 2, LAST_PROBE));
    } else if (first === undefined || Math.abs(held - first) > tolerance(Math.max(held, first))) {
      this.#first = held;
    } else {
      this.#first = undefined;
      const after = Math.min(held, first);
      if (!known || within(after) < within(known.after)) {
        this.#know(after);
      }
    }
  }

  /**
   * @param {number | undefined} after
   * @param {number} [pause]
   */
  #know(after, pause = FIRST_PROBE) {
    this.#known = after === undefined ? undefined : { after, pause, probeAt: performance.now() + pause };
    save(this.#name, this.#known);
  }
}

/** For how many seconds polls ask that are cut after this many ms. @param {number} after */
function within(after) {
  return Math.max(Math.floor(after / 1000 * SHARE), SHORTEST_WAIT);
}

/** @param {number} longer in ms */
function tolerance(longer) {
  return Math.max(TOLERANCE, longer * TOLERATED);
}

/**
 * Whether the app has answered with this error. Something in front of it gives no problem document, or one of these statuses.
 * @param {unknown} error
 */
function isAnswer(error) {
  return error instanceof FuncCometError && error.problem !== undefined && ![408, 502, 504].includes(error.status);
}

/**
 * What the page knew before it was reloaded.
 * @param {string} name
 * @returns {Known | undefined}
 */
function load(name) {
  try {
    const { after, pause, probeTime } = JSON.parse(sessionStorage.getItem(name) ?? '');
    const isValid = [after, pause, probeTime].every(Number.isFinite) && after >= SOONEST && after < LONGEST_WAIT * 1000
      && pause >= FIRST_PROBE && pause <= LAST_PROBE;
    // Somebody may have set the clock meanwhile.
    return isValid ? { after, pause, probeAt: performance.now() + Math.min(probeTime - Date.now(), pause) } : undefined;
  } catch {
    // There is no storage, or this page may not use it, or it holds something else: then a reload learns anew.
    return undefined;
  }
}

/**
 * @param {string} name
 * @param {Known | undefined} known
 */
function save(name, known) {
  try {
    // Times of performance.now() mean nothing after a reload.
    if (known) {
      sessionStorage.setItem(name, JSON.stringify({ after: known.after, pause: known.pause, probeTime: Date.now() + known.pause }));
    } else {
      sessionStorage.removeItem(name);
    }
  } catch {
    // As in load. A full storage is no reason to fail either.
  }
}
