/** What a frame costs in memory; `allocations.ts` says how that is measured. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Allocation } from './allocations.ts';
import type { Figure } from './figures.ts';

/** Octets and objects for a raw seal, a sealed frame and an opened one. */
export async function allocationFigures(): Promise<Figure[]> {
  const child = fork(fileURLToPath(new URL('./allocations.js', import.meta.url)), {
    execArgv: [
      '--expose-gc',
      `--min-semi-space-size=${ROOM_MB}`,
      `--max-semi-space-size=${ROOM_MB}`,
    ],
  });
  const [allocations] = (await once(child, 'message')) as [Allocation[]];
  return allocations.flatMap(({ what, heapOctets, bufferOctets, objects }) => [
    { what: `${what}, 1,024 octets: objects`, measured: objects, unit: 'objects' },
    { what: '  on the heap', measured: heapOctets, unit: 'octets' },
    { what: '  in buffers', measured: bufferOctets, unit: 'octets' },
  ]);
}

const ROOM_MB = 128;
