/** What a machine has to say and its owner has not yet taken. */

/** Oldest first. Bounded by the work of one verb, for the owner drains it after each. */
export class OutputQueue<Output> {
  readonly #items: (Output | undefined)[] = [];
  #head = 0;

  push(output: Output): void {
    this.#items.push(output);
  }

  /** The oldest, which leaves the queue. */
  shift(): Output | undefined {
    if (this.#head === this.#items.length) return undefined;
    const output = this.#items[this.#head];
    this.#items[this.#head++] = undefined;
    if (this.#head === this.#items.length) {
      this.#items.length = 0;
      this.#head = 0;
    }
    return output;
  }
}
