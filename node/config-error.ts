/**
 * What the operator got wrong, told at the door: which place, what is wrong there, what was
 * expected, and what to do about it. The command line prints it and exits with 2.
 */

/** Where the mistake is and how to mend it. */
export interface ConfigErrorDetails {
  /** The file as the operator named it. */
  readonly file?: string | undefined;
  /** 1-based. */
  readonly line?: number | undefined;
  /** 1-based. */
  readonly column?: number | undefined;
  /** What would have been right, as a noun phrase: `a port from 0 to 65535`. */
  readonly expected?: string | undefined;
  /** What to do, as an imperative sentence without its full stop. */
  readonly remedy: string;
}

/** A configuration that cannot be honoured. The message says what is wrong, without full stop. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly column: number | undefined;
  readonly expected: string | undefined;
  readonly remedy: string;

  constructor(what: string, details: ConfigErrorDetails) {
    super(what);
    this.file = details.file;
    this.line = details.line;
    this.column = details.column;
    this.expected = details.expected;
    this.remedy = details.remedy;
  }
}

/** One line for people: `file:line:column: what. Expected …. Remedy.` Absent parts are left out. */
export function formatConfigError(error: ConfigError): string {
  const place = [error.file, error.line, error.column].filter((part) => part !== undefined);
  const sentences = [
    `${error.message}.`,
    ...(error.expected === undefined ? [] : [`Expected ${error.expected}.`]),
    `${error.remedy}.`,
  ];
  return (place.length === 0 ? '' : `${place.join(':')}: `) + sentences.join(' ');
}
