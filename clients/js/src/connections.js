// Over HTTP/1.1 a browser opens six connections to an origin. The polls of a page leave two of them for pushes and acknowledgements.
const MAX_HELD = 4;

// The longest wait of polls that take turns, in seconds. Shorter turns would deliver sooner and cost more requests.
const TURN = 10;

/** @typedef {{ origin: string, places: Set<Place>, waiting: Set<Place>, held: Set<Place> }} Line */

/** @type {Map<string, Line>} */
const lines = new Map();

/**
 * The place of one of the page's pollers among all that poll the same origin. Where there are more than four, and the protocol may be
 * HTTP/1.1, they take turns.
 */
export class Place {
  #line;
  #makeRoom;
  /** In seconds, while the poll is held. */
  #held = 0;
  #begin = () => {};

  /**
   * @param {string} url
   * @param {() => void} makeRoom ends a held poll that is longer than a turn
   */
  constructor(url, makeRoom) {
    const { origin } = new URL(url);
    this.#line = lines.get(origin) ?? { origin, places: new Set(), waiting: new Set(), held: new Set() };
    this.#makeRoom = makeRoom;
    lines.set(origin, this.#line);
    this.#line.places.add(this);
    if (isCrowded(this.#line)) {
      [...this.#line.held].filter(place => place.#held > TURN).forEach(place => place.#makeRoom());
    }
  }

  /**
   * Waits for a turn, or until the signal aborts. Resolves to the seconds that the poll may take. Ends with `leave`.
   * @param {number} wait in seconds
   * @param {AbortSignal} signal
   */
  async enter(wait, signal) {
    this.#line.waiting.add(this);
    await new Promise(resolve => {
      this.#begin = () => resolve(undefined);
      signal.addEventListener('abort', resolve);
      if (signal.aborted) {
        resolve(undefined);
      }

      Place.#advance(this.#line);
    });
    return this.#held = isCrowded(this.#line) ? Math.min(wait, TURN) : wait;
  }

  leave() {
    this.#line.waiting.delete(this);
    this.#line.held.delete(this);
    Place.#advance(this.#line);
  }

  close() {
    this.#line.places.delete(this);
    this.leave();
  }

  /** @param {Line} line */
  static #advance(line) {
    for (const place of line.waiting) {
      if (line.held.size >= MAX_HELD && isCrowded(line)) {
        return;
      }

      line.waiting.delete(place);
      line.held.add(place);
      place.#begin();
    }
  }
}

/** @param {Line} line */
function isCrowded({ origin, places }) {
  return places.size > MAX_HELD && !isMultiplexed(origin);
}

/**
 * Whether any number of requests to an origin can be under way. Unknown counts as no: another origin hides its protocol unless it sends
 * Timing-Allow-Origin.
 * @param {string} origin
 */
function isMultiplexed(origin) {
  if (!globalThis.location) {
    // Not a browser: Node.js opens as many connections as it needs.
    return true;
  }

  const requests = ['navigation', 'resource'].flatMap(type => /** @type {PerformanceResourceTiming[]} */ (performance.getEntriesByType(type)));
  const known = requests.filter(({ name, nextHopProtocol }) => nextHopProtocol && name.startsWith(`${origin}/`));
  return /^h[23]/.test(known.at(-1)?.nextHopProtocol ?? '');
}
