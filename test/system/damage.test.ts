/** What nodes find when they return after a kill, and what lies on their disks is not as it was. */
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Report } from '#harness/report/report.ts';
import type { Scenario } from '#harness/scenario/scenario.ts';
import { openLmdbStore } from '#node/adapters/lmdb-store.ts';
import { runQuietly, SILENT, smallMesh } from './small-mesh.ts';

const folder = mkdtempSync(join(tmpdir(), 'orbweaver-damage-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Gamma stays away, so that bundles wait at beta, which is killed and started again. */
const WAITING = `
store: { durability: flush }
faults:
  - { kind: kill, node: gamma, at: 1 s }
  - { kind: kill, node: beta, at: 5 s, back: 1 s }
`;

describe.skipIf(process.platform === 'win32')('a node that returns', () => {
  it('sets a damaged record aside, tells of it, and has all others', async () => {
    const { report, warnings } = await flight(WAITING, {
      2: (homes) => {
        spoilOneRecord(homes);
        spoilVault(homes, 'peer-boots');
      },
    });
    expect(report.casualties).toEqual([]);
    expect(report.faults).toMatchObject({ kills: 2, returns: 1, recordsSetAside: 1 });
    expect(report.bundles.inFlight).toBe(1);
    expect(report.bundles.stored).toBeGreaterThan(10);
    expect(warnings).toEqual([expect.stringMatching(/^the record peer-boots .* was set aside$/)]);
  });

  it('sets a store aside that is cut short, tells of it, and goes on', async () => {
    const { report } = await flight(WAITING, {
      2: (homes) => truncateSync(join(homes, 'beta', 'store', 'data.mdb'), 9_000),
    });
    expect(report.casualties).toEqual([]);
    expect(report.faults).toMatchObject({ kills: 2, returns: 1, recordsSetAside: 1 });
    expect(report.bundles.inFlight).toBeGreaterThan(0);
    // What alpha sends to beta after that is stored there again.
    expect(report.bundles.stored).toBeGreaterThan(10);
  });

  it('does not fly without its last boot number, and says why', async () => {
    const { report } = await flight(WAITING, { 2: (homes) => spoilVault(homes, 'boot') });
    const lastWords = expect.stringMatching(/^the last boot number .* is lost\. Set boot above/);
    expect(report.casualties).toEqual([{ nodes: ['beta'], exitCode: 2, signal: null, lastWords }]);
    expect(report.faults.returns).toBe(0);
  });

  it('knows for copies what it delivered in an earlier life', async () => {
    // What waits at beta for gamma is put back there when gamma has it all.
    const faults = `
store: { durability: flush }
faults:
  - { kind: kill, node: gamma, at: 3 s, back: 3500 ms }
  - { kind: kill, node: beta, at: 5500 ms, back: 1 s }
  - { kind: kill, node: beta, at: 11 s, back: 1 s }
  - { kind: kill, node: gamma, at: 11500 ms, back: 1 s }
`;
    const [saved, left] = [join(folder, 'saved'), join(folder, 'left')];
    const { report } = await flight(faults, {
      2: (homes) => cpSync(join(homes, 'beta', 'store'), saved, { recursive: true }),
      3: (homes) => {
        const store = join(homes, 'beta', 'store');
        rmSync(store, { recursive: true });
        cpSync(saved, store, { recursive: true });
      },
      end: (homes) => cpSync(join(homes, 'beta', 'store'), left, { recursive: true }),
    });
    expect(report.faults).toMatchObject({ kills: 4, returns: 4, receivedAgain: 0 });
    expect(report.bundles.stored).toBe(0);
    expect(await countOf(saved)).toBeGreaterThan(5);
    // All have been sent again, and were answered for.
    expect(await countOf(left)).toBe(0);
  });
});

/** Something done to the folder of all homes. */
type Deed = (homes: string) => void;

interface Flight {
  readonly report: Report;
  readonly warnings: readonly string[];
}

/**
 * Flies the small mesh, and does what is asked as soon as so many nodes have been killed. It lands
 * early where bundles wait for gamma, for they would wait in vain.
 */
async function flight(
  extra: string,
  deeds: { readonly [kills: number]: Deed; readonly end?: Deed },
): Promise<Flight> {
  const out = mkdtempSync(join(folder, 'out-'));
  const scenario: Scenario = smallMesh('processes', 16, extra);
  const warnings: string[] = [];
  const homes = () => join(out, readdirSync(out)[0]!);
  const landing = new AbortController();
  let done = 0;
  const report = await runQuietly(
    scenario,
    { out, signal: landing.signal },
    {
      ...SILENT,
      traffic: ({ elapsedMs, kills, away }) => {
        // Bounded by the kills.
        for (; done < kills; done++) deeds[done + 1]?.(homes());
        const waits = deeds.end === undefined && elapsedMs >= 10_000;
        if (waits && (away === 1 || warnings.length > 0)) landing.abort();
      },
      warn: (line) => warnings.push(line),
      done: () => deeds.end?.(homes()),
    },
  );
  return { report, warnings };
}

async function countOf(directory: string): Promise<number> {
  const store = await openLmdbStore(directory, 1e6);
  const count = [...store.contents().bundles].length;
  await store.close();
  return count;
}

/** Damages one bundle, in every page that has it. */
function spoilOneRecord(homes: string): void {
  const file = join(homes, 'beta', 'store', 'data.mdb');
  const octets = readFileSync(file);
  const [id] = /ipn:\d+\.1000-\d+-\d+/.exec(octets.toString('latin1'))!;
  for (let at = octets.indexOf(id); at >= 0; at = octets.indexOf(id, at + 1)) {
    octets[at + id.length + 30]! ^= 1;
  }
  writeFileSync(file, octets);
}

function spoilVault(homes: string, record: string): void {
  writeFileSync(join(homes, 'beta', 'vault', `${record}.record`), 'no record');
}
