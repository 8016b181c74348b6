/** The far end of a measurement, as the measuring process sees it. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Answer, Order } from './far-end.ts';

/** A child process that counts what arrives. Ends with `end`. */
export class FarEndProcess {
  readonly #child: ChildProcess;
  #onAnswer: (answer: Answer) => void = () => {};

  constructor() {
    this.#child = fork(fileURLToPath(new URL('./far-end.js', import.meta.url)));
    this.#child.on('message', (answer) => this.#onAnswer(answer as Answer));
  }

  /** An order without an answer. */
  tell(order: Order): void {
    this.#child.send(order);
  }

  /** Asks one question at a time. */
  ask(order: Order): Promise<Answer> {
    return new Promise((resolve) => {
      this.#onAnswer = resolve;
      this.tell(order);
    });
  }

  /** Where it listens. */
  async port(order: Order): Promise<number> {
    const answer = await this.ask(order);
    return answer.kind === 'port' ? answer.port : 0;
  }

  /** How much has arrived, and when that was. */
  async count(): Promise<{ received: number; atMs: number }> {
    const answer = await this.ask({ kind: 'count' });
    if (answer.kind !== 'count') return { received: 0, atMs: 0 };
    return { received: answer.received, atMs: Number(answer.atNs) / 1e6 };
  }

  /** Arrivals a second over `measureMs`, after a warm-up of half as long. */
  async rate(measureMs: number): Promise<number> {
    await pause(measureMs / 2);
    const before = await this.count();
    await pause(measureMs);
    const after = await this.count();
    return ((after.received - before.received) * 1_000) / (after.atMs - before.atMs);
  }

  end(): void {
    this.#child.disconnect();
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
