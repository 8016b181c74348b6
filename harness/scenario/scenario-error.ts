/** All that is wrong with a scenario, at once. */
import { ConfigError, formatConfigError } from '#node/config-error.ts';

/** Several mistakes in one file; as a ConfigError it is the first of them. */
export class ScenarioError extends ConfigError {
  /** In the order of the file; never empty. Bounded by `PROBLEMS_MAX`. */
  readonly problems: readonly ConfigError[];
  /** How many more were found than are listed. */
  readonly unlisted: number;

  constructor(problems: readonly ConfigError[]) {
    const inOrder = problems.toSorted(byPlace);
    const first = inOrder[0] as ConfigError;
    super(first.message, first);
    this.problems = inOrder.slice(0, PROBLEMS_MAX);
    this.unlisted = inOrder.length - this.problems.length;
  }
}

/** One line for each mistake in `error`. */
export function formatProblems(error: ConfigError): string[] {
  if (!(error instanceof ScenarioError)) return [formatConfigError(error)];
  const lines = error.problems.map(formatConfigError);
  return error.unlisted === 0 ? lines : [...lines, `… and ${error.unlisted} more.`];
}

function byPlace(a: ConfigError, b: ConfigError): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}

const PROBLEMS_MAX = 10;
