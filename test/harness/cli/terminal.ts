/** A terminal for tests: remembers what is written, and gets its signals from the test. */
import { EventEmitter } from 'node:events';
import type { Terminal } from '#harness/cli/command.ts';
import { PlainScreen } from '#harness/cli/plain-screen.ts';

export class TestTerminal implements Terminal {
  readonly process = new TestProcess() as TestProcess & Terminal['process'];
  outText = '';
  errText = '';
  ms = 0;
  readonly out = {
    write: (text: string): void => {
      this.outText += text;
    },
  };
  readonly err = {
    write: (text: string): void => {
      this.errText += text;
    },
  };
  readonly nowMs = (): number => this.ms;
  readonly screen = (): PlainScreen => new PlainScreen(this.err.write, this.nowMs);
}

export class TestProcess extends EventEmitter {
  readonly exits: number[] = [];

  exit(code: number): void {
    this.exits.push(code);
  }
}
