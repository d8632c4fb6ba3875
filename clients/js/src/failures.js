import { FuncCometError } from './http.js';
import { backoff, LONGEST } from './retry.js';

// A restart or a proxy may refuse for a moment what was allowed before. After this time, in ms, the refusal counts.
const PASSING = 120_000;

/** The failures of a poll since its last answer, and what follows from them. */
export class Failures {
  #count = 0;
  #answered = false;
  /** @type {number | undefined} */
  #refusedSince;

  get any() {
    return this.#count > 0;
  }

  /** There was an answer. */
  end() {
    this.#count = 0;
    this.#answered = true;
    this.#refusedSince = undefined;
  }

  /** Something has changed that may have been the cause, such as the network. */
  forget() {
    this.#count = 0;
  }

  /**
   * Returns the pause in ms that follows a failure. Throws the error if it is a refusal that counts.
   * @param {unknown} error
   * @param {number} held for how many ms the failed poll was held
   */
  pauseAfter(error, held) {
    if (error instanceof FuncCometError && error.refused) {
      this.#refuse(error);
    }

    // A proxy that ends every poll after a minute does so however long the pauses are.
    this.#count = held > LONGEST ? 1 : this.#count + 1;
    return backoff(this.#count) + (error instanceof FuncCometError ? error.retryAfter : 0);
  }

  /** @param {FuncCometError} error */
  #refuse(error) {
    this.#refusedSince ??= performance.now();
    const passing = this.#answered && [403, 404].includes(error.status) && performance.now() - this.#refusedSince < PASSING;
    if (!passing) {
      throw error;
    }
  }
}
