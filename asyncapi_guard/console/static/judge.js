/**
 * The server's judge. One request is in flight at a time; what is typed goes first, traffic comes
 * after it in batches, and what comes faster than the judge allows is "Not checked" at once.
 */

const A_SECOND = 20;
/** How many of them are kept for what people do themselves, however much the server sends. */
const OWN = 5;
/** Milliseconds in which traffic is collected for one question. */
const TOGETHER = 25;
const LONGEST = 200_000;

/** A verdict of nobody. */
export const notChecked = (reason) => ({ verdict: "not-checked", reason, problems: [] });

export class Judge {
  #url;
  #wanted;
  #queue = [];
  #busy = false;
  #timer;
  #left = A_SECOND;
  #at = performance.now();

  /** @param {string} url of the judge; empty where nobody judges */
  constructor(url) {
    this.#url = url;
  }

  get exists() {
    return this.#url !== "";
  }

  /**
   * Ask about what is typed. Of several questions in a row only the last is answered.
   *
   * @returns {Promise<object|undefined>} `undefined` if another question came after it
   */
  now(item) {
    if (!this.exists) return Promise.resolve(notChecked("there is no server here to ask"));
    this.#wanted?.resolve(undefined);
    return new Promise((resolve) => {
      this.#wanted = { item, resolve };
      this.#run();
    });
  }

  /**
   * Ask about traffic: each item gets its verdict.
   *
   * @param {() => object} itemOf makes the item, if there is time to ask about it
   * @param {boolean} isOwn it is about what somebody has done on this page
   */
  about(itemOf, isOwn = false) {
    if (!this.exists) return Promise.resolve(notChecked("there is no server here to ask"));
    if (!this.#take(isOwn ? 0 : OWN)) return Promise.resolve(notChecked(`more than ${A_SECOND} a second`));
    return new Promise((resolve) => {
      this.#queue.push({ item: itemOf(), resolve });
      // What arrives at about the same time is asked about together.
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        this.#run();
      }, TOGETHER);
    });
  }

  /** Whether one more can be asked about, so that some are left. */
  #take(least) {
    const now = performance.now();
    this.#left = Math.min(A_SECOND, this.#left + ((now - this.#at) * A_SECOND) / 1000);
    this.#at = now;
    if (this.#left < least + 1) return false;
    this.#left -= 1;
    return true;
  }

  async #run() {
    if (this.#busy) return;
    const batch = this.#queue.splice(0, A_SECOND);
    if (this.#wanted) {
      batch.unshift(this.#wanted);
      // It is asked about in any case, and the server counts it.
      if (!this.#take(0)) this.#left = 0;
    }
    this.#wanted = undefined;
    if (!batch.length) return;
    this.#busy = true;
    const verdicts = await this.#ask(batch.map(({ item }) => item));
    this.#busy = false;
    for (const [at, { resolve }] of batch.entries()) resolve(verdicts[at]);
    this.#run();
  }

  /** The verdicts of a batch; never rejects. */
  async #ask(items) {
    const none = (reason) => items.map(() => notChecked(reason));
    let body;
    try {
      body = JSON.stringify({ items });
    } catch {
      return none("it is no JSON");
    }
    if (body.length > LONGEST && items.length > 1) {
      const each = [];
      for (const item of items) each.push(...(await this.#ask([item])));
      return each;
    }
    if (body.length > LONGEST) return none("it is too long");
    const began = performance.now();
    try {
      const response = await fetch(this.#url, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body,
      });
      const answer = await response.json();
      if (!response.ok) return none(answer.error ?? `the server answered ${response.status}`);
      const took = performance.now() - began;
      return answer.verdicts.map((each) => ({ problems: [], suggestions: [], ...each, took }));
    } catch {
      return none("the server does not answer");
    }
  }
}
