/** Progress in a pipe: a line now and then, and one at every end. */
import { describeTraffic, type Screen, type TrafficProgress } from './screen.ts';

/** Writes lines with `write`, of one kind at most every LINE_EVERY_MS by the clock `nowMs`. */
export class PlainScreen implements Screen {
  readonly #write: (text: string) => void;
  readonly #nowMs: () => number;
  /** When a line of a kind is next due. Bounded by the kinds. */
  readonly #dueAtMs = new Map<string, number>();
  /** The last line of a kind. Bounded by the kinds. */
  readonly #last = new Map<string, string>();

  /** What a kind has come to since its last line. Bounded by the kinds. */
  readonly #untold = new Map<string, string>();

  constructor(write: (text: string) => void, nowMs: () => number) {
    this.#write = write;
    this.#nowMs = nowMs;
  }

  started(count: number, of: number): void {
    this.#tell('processes', `${count} of ${of} started`, count === of);
  }

  secured(count: number, of: number): void {
    this.#tell('links', `${count} of ${of} secured`, count === of);
  }

  traffic(progress: TrafficProgress): void {
    const { time, bundles, nodes } = describeTraffic(progress);
    const complete = progress.elapsedMs >= progress.totalMs;
    this.#tell('traffic', `${time}, ${bundles}`, complete);
    if (nodes !== undefined) this.#tell('nodes', nodes, complete);
  }

  warn(line: string): void {
    this.#write(`${line}\n`);
  }

  done(): void {
    for (const [kind, text] of this.#untold) this.#write(`${kind}: ${text}\n`);
    this.#untold.clear();
  }

  #tell(kind: string, text: string, complete: boolean): void {
    const nowMs = this.#nowMs();
    const due = this.#dueAtMs.get(kind) ?? nowMs + LINE_EVERY_MS;
    if (!this.#dueAtMs.has(kind)) this.#dueAtMs.set(kind, due);
    this.#untold.delete(kind);
    if (this.#last.get(kind) === text) return;
    if (!complete && nowMs < due) {
      this.#untold.set(kind, text);
      return;
    }
    this.#dueAtMs.set(kind, nowMs + LINE_EVERY_MS);
    this.#last.set(kind, text);
    this.#write(`${kind}: ${text}\n`);
  }
}

const LINE_EVERY_MS = 5_000;
