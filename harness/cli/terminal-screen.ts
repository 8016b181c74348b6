/** Progress on a terminal: three bars that are drawn over and over in the same place. */
import { styleText } from 'node:util';
import { createLogUpdate } from 'log-update';
import { describeTraffic, type Screen, type TrafficProgress } from './screen.ts';

/** Draws on `stream`, at most every REDRAW_MS by the clock `nowMs`. */
export class TerminalScreen implements Screen {
  readonly #draw: ReturnType<typeof createLogUpdate>;
  readonly #stream: NodeJS.WriteStream;
  readonly #nowMs: () => number;
  #drawnAtMs = Number.NEGATIVE_INFINITY;
  #started: Count = { count: 0, of: 0 };
  #secured: Count = { count: 0, of: 0 };
  #traffic: TrafficProgress | undefined;

  constructor(stream: NodeJS.WriteStream, nowMs: () => number) {
    // The cursor stays visible: hiding it would need a signal handler to bring it back.
    this.#draw = createLogUpdate(stream, { showCursor: true });
    this.#stream = stream;
    this.#nowMs = nowMs;
  }

  started(count: number, of: number): void {
    this.#started = { count, of };
    this.#redraw(count === of);
  }

  secured(count: number, of: number): void {
    this.#secured = { count, of };
    this.#redraw(count === of);
  }

  traffic(progress: TrafficProgress): void {
    this.#traffic = progress;
    this.#redraw(false);
  }

  warn(line: string): void {
    this.#draw.clear();
    this.#stream.write(`${this.#style('yellow', line)}\n`);
    this.#redraw(true);
  }

  done(): void {
    this.#redraw(true);
    this.#draw.done();
  }

  #redraw(now: boolean): void {
    const nowMs = this.#nowMs();
    if (!now && nowMs - this.#drawnAtMs < REDRAW_MS) return;
    this.#drawnAtMs = nowMs;
    this.#draw(
      [
        this.#countLine('processes', this.#started),
        this.#countLine('links', this.#secured),
        this.#trafficLine(this.#traffic),
      ].join('\n'),
    );
  }

  #countLine(name: string, { count, of }: Count): string {
    return this.#barLine(name, of === 0 ? 0 : count / of, of === 0 ? '' : `${count} of ${of}`);
  }

  #trafficLine(traffic: TrafficProgress | undefined): string {
    if (traffic === undefined) return this.#barLine('traffic', 0, '');
    const { time, bundles, nodes } = describeTraffic(traffic);
    const bar = this.#barLine(
      'traffic',
      traffic.elapsedMs / traffic.totalMs,
      `${time}   ${bundles}`,
    );
    return nodes === undefined ? bar : `${bar}\n  ${'nodes'.padEnd(11)}${nodes}`;
  }

  #barLine(name: string, fraction: number, text: string): string {
    const filled = Math.round(Math.max(0, Math.min(1, fraction)) * BAR_COLUMNS);
    const done = this.#style('green', '━'.repeat(filled));
    const rest = this.#style('dim', '─'.repeat(BAR_COLUMNS - filled));
    return `  ${name.padEnd(11)}${done}${rest}  ${text}`;
  }

  #style(style: 'green' | 'dim' | 'yellow', text: string): string {
    return styleText(style, text, { stream: this.#stream });
  }
}

interface Count {
  readonly count: number;
  readonly of: number;
}

const REDRAW_MS = 80;
const BAR_COLUMNS = 30;
