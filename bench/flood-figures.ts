/**
 * What a flood of HELLOs does to a node on real sockets: to its first contact with a neighbour, to
 * the bundles of the session that follows, to its memory. The machine carries the flood, both
 * nodes and what joins them, so whatever else it has to do shows in the figures.
 */
import { fileURLToPath } from 'node:url';
import type { Figure } from './figures.ts';
import { type Flooder, flood } from './flood.ts';

/** Three floods, one after another. */
export async function floodFigures(): Promise<Figure[]> {
  const program = fileURLToPath(new URL('../node.js', import.meta.url));
  const figures: Figure[] = [];
  for (const [what, flooder] of FLOODERS) {
    const outcome = await flood(flooder, RATE_PER_S, program);
    const { bundlesSent, bundlesReceived, memoryMiB, refused, cpuShare } = outcome;
    const delivered = (100 * bundlesReceived) / bundlesSent;
    figures.push(
      { what, measured: outcome.sentPerS, unit: 'HELLOs/s' },
      { what: '  first contact took', measured: outcome.handshakeMs, unit: 'ms', goalMax: 2_000 },
      { what: '  bundles delivered meanwhile', measured: delivered, unit: '%' },
      { what: '  rekeys meanwhile', measured: outcome.rekeys, unit: '' },
      { what: '  HELLOs refused, the rest lost by the kernel', measured: refused, unit: '' },
      { what: '  of a core', measured: 100 * cpuShare, unit: '%' },
    );
    if (memoryMiB === undefined) continue;
    const growth = memoryMiB.peak - memoryMiB.before;
    figures.push({ what: '  memory grew by', measured: growth, unit: 'MiB' });
  }
  return figures;
}

const FLOODERS: readonly (readonly [string, Flooder])[] = [
  ['a stranger, from elsewhere', { from: 'stranger', admitted: false }],
  ["a stranger, from the neighbour's address", { from: 'neighbour', admitted: false }],
  ['a member that hears no answer, from there', { from: 'neighbour', admitted: true }],
];
const RATE_PER_S = 10_000;
