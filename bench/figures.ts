/** What was measured, as one table with the goals beside the figures. */
import { cpus } from 'node:os';

/** One row. */
export interface Figure {
  readonly what: string;
  readonly measured: number;
  /** Such as `frames/s`, or `%`. */
  readonly unit: string;
  /** The least that will do, in the same unit. */
  readonly goalMin?: number;
  /** The most that will do. */
  readonly goalMax?: number;
}

/** Where the figures are from. */
export function printMachine(): void {
  console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}`);
}

/** One part of the table, under its question. */
export function printFigures(question: string, figures: readonly Figure[]): void {
  console.log(`\n${question}`);
  for (const figure of figures) {
    const { what, measured, unit } = figure;
    const [goal, verdict] = judge(figure);
    const shown = `${format(measured).padStart(11)} ${unit.padEnd(UNIT_COLUMNS)}`;
    const row = `  ${what.padEnd(WHAT_COLUMNS)}${shown}${goal.padEnd(GOAL_COLUMNS)}${verdict}`;
    console.log(row.trimEnd());
  }
}

function judge({ measured, unit, goalMin, goalMax }: Figure): [string, string] {
  const [goal, met] =
    goalMin !== undefined
      ? [`goal ≥ ${goalMin.toLocaleString('en')} ${unit}`, measured >= goalMin]
      : goalMax !== undefined
        ? [`goal ≤ ${goalMax.toLocaleString('en')} ${unit}`, measured <= goalMax]
        : ['', undefined];
  return [goal, met === undefined ? '' : met ? 'met' : 'MISSED'];
}

function format(value: number): string {
  return value >= 1_000 ? Math.round(value).toLocaleString('en') : value.toFixed(1);
}

const WHAT_COLUMNS = 50;
const UNIT_COLUMNS = 13;
const GOAL_COLUMNS = 26;
