/**
 * Measures this machine and this program beside it, and prints one table. With words from the
 * command line it answers only the questions that they name.
 */
import { allocationFigures } from './allocation-figures.ts';
import { bundleFigures } from './bundle-figures.ts';
import { datagramFigures } from './datagram-figures.ts';
import { printFigures, printMachine } from './figures.ts';
import { floodFigures } from './flood-figures.ts';
import { frameFigures } from './frame-figures.ts';
import { handshakeFigures } from './handshake-figures.ts';
import { hopFigures } from './hop-figures.ts';
import { ltpFigures } from './ltp-figures.ts';
import { storeFigures } from './store-figures.ts';

const QUESTIONS = {
  frames: ['Whole frames against raw AES-256-GCM', frameFigures],
  bundles: ['Bundles in memory, on one core', bundleFigures],
  hop: ['Bundle to bundle', hopFigures],
  store: ['Bundles on disk, and those that wait there', storeFigures],
  handshakes: ['Agreeing keys, on one core', handshakeFigures],
  allocations: ['Memory that a frame takes, native', allocationFigures],
  links: ['Link to link against raw datagrams', datagramFigures],
  ltp: ['LTP over UDP against raw datagrams', ltpFigures],
  flood: ['Ten thousand HELLOs a second at one node', floodFigures],
} as const;

const asked = process.argv.slice(2);
printMachine();
for (const [word, [question, figures]] of Object.entries(QUESTIONS)) {
  if (asked.length === 0 || asked.includes(word)) printFigures(question, await figures());
}
process.exit(0);
