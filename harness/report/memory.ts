/** How much memory processes really take: the proportional set size, where Linux tells it. */
import { readFileSync } from 'node:fs';
import { Samples } from './samples.ts';

/**
 * Proportional set size of a process in MB (10^6 octets): what it has for itself, and its share
 * of what it has in common with others. Null when it is gone or the platform does not tell.
 */
export function readPssMb(pid: number): number | null {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    const kibibytes = /^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1];
    return kibibytes === undefined ? null : (Number(kibibytes) * 1_024) / 1e6;
  } catch {
    return null;
  }
}

/** Megabytes over several processes. */
export interface MemorySummary {
  readonly p50: number;
  readonly max: number;
}

/** Median and greatest of those that can be read; null when none can. */
export function summarizePss(pids: readonly number[]): MemorySummary | null {
  const samples = new Samples();
  for (const pid of pids) {
    const pssMb = readPssMb(pid);
    if (pssMb !== null) samples.add(pssMb);
  }
  const [p50 = 0] = samples.percentiles(50);
  return samples.count === 0 ? null : { p50, max: samples.max };
}
