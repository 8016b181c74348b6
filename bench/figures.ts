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
}

/** Where the figures are from. */
export function printMachine(): void {
  console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}`);
}

/** One part of the table, under its question. */
export function printFigures(question: string, figures: readonly Figure[]): void {
  console.log(`\n${question}`);
  for (const { what, measured, unit, goalMin } of figures) {
    const goal = goalMin === undefined ? '' : `goal ≥ ${goalMin} ${unit}`;
    const verdict = goalMin === undefined ? '' : measured >= goalMin ? 'met' : 'MISSED';
    const figure = `${format(measured).padStart(11)} ${unit.padEnd(UNIT_COLUMNS)}`;
    const row = `  ${what.padEnd(WHAT_COLUMNS)}${figure}${goal.padEnd(GOAL_COLUMNS)}${verdict}`;
    console.log(row.trimEnd());
  }
}

function format(value: number): string {
  return value >= 1_000 ? Math.round(value).toLocaleString('en') : value.toFixed(1);
}

const WHAT_COLUMNS = 50;
const UNIT_COLUMNS = 13;
const GOAL_COLUMNS = 15;
