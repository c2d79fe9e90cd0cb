/**
 * Asking the server again and again, politely: one question at a time, fewer after failures, and
 * none while the page is hidden or paused.
 */

import { delay } from "./live_numbers.js";

export class Polling {
  #ask;
  #every;
  #timer;
  #failures = 0;
  #asking = false;
  #stopped = false;
  #paused = false;
  #hidden = false;

  /**
   * @param {() => Promise<boolean>} ask asks once, and says whether there was an answer; what it
   *   throws ends the questions for good
   * @param {number} every seconds between an answer and the next question
   */
  constructor(ask, every) {
    this.#ask = ask;
    this.#every = every;
  }

  get paused() {
    return this.#paused;
  }

  set paused(paused) {
    this.#paused = paused;
    this.#turn();
  }

  set hidden(hidden) {
    this.#hidden = hidden;
    this.#turn();
  }

  set every(every) {
    this.#every = every;
    this.#turn();
  }

  /** Begin, or begin again with what holds now. */
  start() {
    this.#turn();
  }

  /** Whether a question is due at all. */
  get #resting() {
    return this.#stopped || this.#paused || this.#hidden;
  }

  #turn() {
    clearTimeout(this.#timer);
    if (!this.#resting && !this.#asking) this.#once();
  }

  async #once() {
    this.#asking = true;
    try {
      this.#failures = (await this.#ask()) ? 0 : this.#failures + 1;
    } catch (error) {
      this.#stopped = true;
      throw error;
    } finally {
      this.#asking = false;
    }
    if (!this.#resting) this.#timer = setTimeout(() => this.#once(), 1000 * delay(this.#every, this.#failures));
  }
}
