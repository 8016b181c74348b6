/** What a command of the command line is. */
import type { Screen } from './screen.ts';

/** A flag that takes a value, or none. */
export interface Flag {
  readonly type: 'string' | 'boolean';
  /** Stands for the value in the help, such as `TIME`. */
  readonly value?: string;
  readonly help: string;
}

/** What the command line was taken apart into. */
export interface Invocation {
  readonly positionals: readonly string[];
  /** By name; absent when not given. */
  readonly flags: Readonly<Record<string, string | true | undefined>>;
}

/** Where a command reads and writes: the process, or a test. */
export interface Terminal {
  /** Results. */
  readonly out: { write(text: string): unknown; hasColors?(): boolean };
  /** Progress and complaints. */
  readonly err: { write(text: string): unknown };
  readonly screen: () => Screen;
  readonly process: Pick<NodeJS.Process, 'on' | 'off' | 'exit'>;
  /** Milliseconds, for deadlines and drawing. */
  readonly nowMs: () => number;
}

/** One command. */
export interface Command {
  /** One word, or two where the first is a group's. */
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** Names of the arguments, all needed; a last one that ends in `…` takes one or more. */
  readonly positionals: readonly string[];
  readonly flags: Readonly<Record<string, Flag>>;
  readonly example: string;
  /** A paragraph or none. */
  readonly notes: string;
  /** Resolves to the exit code. Throws ConfigError for what the operator can mend. */
  run(invocation: Invocation, terminal: Terminal): Promise<number>;
}

/** Commands that share their first word, such as `keys create` and `keys issue`. */
export interface CommandGroup {
  /** The word. */
  readonly name: string;
  /** One line. */
  readonly summary: string;
  readonly commands: readonly Command[];
  readonly example: string;
  readonly notes: string;
}
