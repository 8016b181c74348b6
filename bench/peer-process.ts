/** The far end of a measurement, as the measuring process sees it. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { PeerAnswer, PeerOrder } from './peer.ts';

/** A child process that counts what arrives. Ends with `end`. */
export class PeerProcess {
  readonly #child: ChildProcess;
  #onPort: (port: number) => void = () => {};
  received = 0;
  onCount: () => void = () => {};

  constructor() {
    this.#child = fork(fileURLToPath(new URL('./peer.js', import.meta.url)));
    this.#child.on('message', (message) => {
      const answer = message as PeerAnswer;
      if (answer.kind === 'port') this.#onPort(answer.port);
      else {
        this.received = answer.received;
        this.onCount();
      }
    });
  }

  tell(order: PeerOrder): void {
    this.#child.send(order);
  }

  ask(order: PeerOrder): Promise<number> {
    return new Promise((resolve) => {
      this.#onPort = resolve;
      this.tell(order);
    });
  }

  /** Arrivals a second over `measureMs`, after a warm-up of half as long. */
  async rate(measureMs: number): Promise<number> {
    await pause(measureMs / 2);
    const [start, before] = [process.hrtime.bigint(), this.received];
    await pause(measureMs);
    return ((this.received - before) * 1000) / (Number(process.hrtime.bigint() - start) / 1e6);
  }

  end(): void {
    this.onCount = () => {};
    this.#child.disconnect();
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
