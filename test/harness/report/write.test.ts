import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { prepareOutput, writeReport } from '#harness/report/write.ts';
import { REPORT } from './sample-report.ts';

const folder = mkdtempSync(join(tmpdir(), 'report-'));
afterAll(() => rmSync(folder, { recursive: true }));
const TIME = new Date('2026-01-02T03:04:05.678Z');

describe('a report', () => {
  it('gets a folder named after time and scenario', () => {
    const file = writeReport(folder, REPORT, TIME);
    expect(relative(folder, file)).toBe('20260102T030405Z-walker-66/report.json');
    const read = JSON.parse(readFileSync(file, 'utf8'));
    expect(read.bundles).toEqual(REPORT.bundles);
    expect(read.flows[0].latencyMs.p50).toBe(142.123);
  });

  it('does not replace another of the same second', () => {
    const file = writeReport(folder, { ...REPORT, seed: 2 }, TIME);
    expect(relative(folder, file)).toBe('20260102T030405Z-walker-66-2/report.json');
  });
});

describe('the folder for reports', () => {
  it('is made when it is not there', () => {
    prepareOutput(join(folder, 'a/b'));
    expect(() => writeReport(join(folder, 'a/b'), REPORT, TIME)).not.toThrow();
  });

  it.skipIf(process.platform !== 'linux')('is refused where no folder can be made', () => {
    expect(() => prepareOutput('/proc/a/b')).toThrow(
      'reports cannot be written to /proc/a/b (ENOENT)',
    );
  });

  it('is refused when it is a file', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect(() => prepareOutput(file)).toThrow(`reports cannot be written to ${file} (ENOTDIR)`);
  });
});
