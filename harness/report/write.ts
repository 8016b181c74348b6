/** Reports as files: `<out>/<time>-<scenario>/report.json`. */
import { accessSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolders } from '#node/adapters/make-folders.ts';
import { ConfigError } from '#node/config-error.ts';
import type { Report } from './report.ts';

/** Makes sure that reports can be written under `folder`. Throws ConfigError when they cannot. */
export function prepareOutput(folder: string): void {
  try {
    makeFolders(folder);
    // The dot makes a file of that name fail too.
    accessSync(`${folder}/.`, constants.W_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError(`reports cannot be written to ${folder} (${code})`, {
      expected: 'a folder that can be written to',
      remedy: 'Name another one with --out',
    });
  }
}

/** Writes the report of a run that began at `time` into a folder of its own; returns its path. */
export function writeReport(out: string, report: Report, time: Date): string {
  const stamp = time.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const folder = makeFolder(join(out, `${stamp}-${report.scenario}`));
  const file = join(folder, 'report.json');
  writeFileSync(file, formatReportJson(report));
  return file;
}

/** The report as JSON text: milliseconds and megabytes to three decimals. */
export function formatReportJson(report: Report): string {
  const round = (_: string, value: unknown): unknown =>
    typeof value === 'number' ? Math.round(value * 1_000) / 1_000 : value;
  return `${JSON.stringify(report, round, 2)}\n`;
}

/** Makes the folder, or one of that name with a number when several runs begin in one second. */
function makeFolder(path: string): string {
  makeFolders(dirname(path));
  for (let attempt = 1; ; attempt++) {
    const candidate = attempt === 1 ? path : `${path}-${attempt}`;
    try {
      mkdirSync(candidate);
      return candidate;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'EEXIST' || attempt === RUNS_PER_SECOND_MAX) throw error;
    }
  }
}

const RUNS_PER_SECOND_MAX = 1_000;
