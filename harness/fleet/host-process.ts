/**
 * One child process of a fleet, as the harness sees it: commands in, reports out, its last words
 * kept, its death noticed.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { HostCommand, HostReport } from './control.ts';

/** How a host process ended. */
export interface HostExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly lastWords: string;
}

/** Starts at once; ends by `command({ kind: 'stop' })` or `kill`. */
export class HostProcess {
  readonly #child: ChildProcess;
  /** The tail of standard error; bounded by LAST_WORDS_MAX. */
  #lastWords = '';
  readonly exited: Promise<HostExit>;

  constructor(onReport: (report: HostReport) => void) {
    this.#child = fork(HOST_ENTRY, [], {
      execArgv: HOST_NODE_OPTIONS,
      env: { ...process.env, NODE_OPTIONS: '', ...HOST_ALLOCATION },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child.on('message', (report) => onReport(report as HostReport));
    this.#child.on('error', (error) => this.#hear(`${error.message}\n`));
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => this.#hear(text));
    this.exited = new Promise((resolve) => {
      this.#child.on('close', (code, signal) =>
        resolve({ code, signal, lastWords: this.#lastWords.trim() }),
      );
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Sends a command; one that comes too late for a dead process is dropped. */
  command(command: HostCommand): void {
    if (this.#child.connected) this.#child.send(command, () => {});
  }

  /** Ends the process whatever it is doing. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #hear(text: string): void {
    this.#lastWords = (this.#lastWords + text).slice(-LAST_WORDS_MAX);
  }
}

/** The bundled child entry lies beside the bundled harness in dist/. */
const HOST_ENTRY = fileURLToPath(new URL('./host.cjs', distUrl()));
const LAST_WORDS_MAX = 2_000;
/**
 * A node allocates little and lives long: a small young generation keeps it small, and so does one
 * thread that helps V8 instead of four. What runs once, while modules load, is not worth compiling;
 * what is, `host.ts` says.
 */
const HOST_NODE_OPTIONS = [
  '--max-semi-space-size=1',
  '--single-threaded-gc',
  '--v8-pool-size=1',
  '--no-sparkplug',
];

/**
 * What parsing a script takes for a moment goes back to the system. Untold, the C library of Linux
 * keeps it once it has seen blocks of that size come and go.
 */
const HOST_ALLOCATION = {
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_TRIM_THRESHOLD_: '131072',
};

/** dist/, from the bundle that runs there or from the sources in a test. */
function distUrl(): URL {
  const here = new URL('.', import.meta.url);
  return here.pathname.endsWith('/dist/') ? here : new URL('../../dist/', here);
}
