/** Ctrl-C: once to stop in good order, twice to stop at once. */
import type { Terminal } from './command.ts';

/** Listens to SIGINT and SIGTERM until disposed of. */
export class Interruption {
  readonly #controller = new AbortController();
  readonly #terminal: Pick<Terminal, 'process' | 'nowMs'>;
  readonly #tell: (line: string) => void;
  #firstAtMs: number | undefined;

  /** `tell` shows a line to the person at the terminal. */
  constructor(terminal: Pick<Terminal, 'process' | 'nowMs'>, tell: (line: string) => void) {
    this.#terminal = terminal;
    this.#tell = tell;
    for (const signal of SIGNALS) terminal.process.on(signal, this.#onSignal);
  }

  /** Aborts at the first signal. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Signals mean again what they mean by default. */
  dispose(): void {
    for (const signal of SIGNALS) this.#terminal.process.off(signal, this.#onSignal);
  }

  readonly #onSignal = (): void => {
    const nowMs = this.#terminal.nowMs();
    if (this.#firstAtMs === undefined) {
      this.#firstAtMs = nowMs;
      this.#tell('Stopping; the report follows. Ctrl-C once more ends everything at once.');
      this.#controller.abort();
    } else if (nowMs - this.#firstAtMs > SAME_KEYPRESS_MS) {
      this.#tell('Ending at once, without a report.');
      this.#terminal.process.exit(EXIT_INTERRUPTED);
    }
  };
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** `npm start` passes on a Ctrl-C that the terminal has already given to the whole group. */
const SAME_KEYPRESS_MS = 500;
/** 128 + SIGINT, as shells have it. */
const EXIT_INTERRUPTED = 130;
