import { describe, expect, it } from 'vitest';
import { SeededRandom } from '#harness/fleet/seeded-random.ts';
import { MemoryStore } from '#node/adapters/memory-store.ts';
import { MemoryVault } from '#node/adapters/memory-vault.ts';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { OsRandom } from '#node/adapters/os-random.ts';
import { createSatellite } from '#node/assemble.ts';
import { checkRandomness } from '#node/repeatable-run.ts';
import type { Random } from '#protocol/crypto/ports.ts';
import { type Certificate, ROLE } from '#protocol/membership/certificate.ts';
import { ManualClock, ManualTime } from '../simulation/manual-clock.ts';
import { sampleConfig } from '../simulation/sample-config.ts';
import { Medium } from '../simulation/small-sky.ts';

const TEST = ROLE.testEquipment | ROLE.satellite;
const seeded = new SeededRandom(1, 'node');

describe('seeded randomness (LS-907)', () => {
  it('is for test equipment only', () => {
    expect(() => check(seeded, ROLE.satellite)).toThrow('no test-equipment role');
    expect(() => check(seeded, TEST)).not.toThrow();
    expect(() => check(new OsRandom(), ROLE.satellite)).not.toThrow();
  });

  it.each(['192.0.2.1', '::', '0.0.0.0', '2001:db8::1', '127.0.0.1.example'])(
    'is refused with a neighbour at %s',
    (host) => {
      expect(() => check(seeded, TEST, host)).toThrow(`a neighbour at ${host}`);
      expect(() => check(new OsRandom(), TEST, host)).not.toThrow();
      expect(() => check(seeded, TEST, host, true), 'unless simulated').not.toThrow();
    },
  );

  it.each(['127.0.0.1', '127.9.8.7', '::1'])('may stay on this machine, at %s', (host) => {
    expect(() => check(seeded, TEST, host)).not.toThrow();
  });

  it('looks at neighbours, not at everybody', () => {
    const config = sampleConfig();
    const far = { node: 900, scid: 900, terminals: [{ host: '192.0.2.9', port: 1 }] };
    const directory = [...config.directory, far];
    expect(() => checkOf({ ...config, directory }, seeded, TEST)).not.toThrow();
  });

  it('is told by the node that has it', () => {
    const time = new ManualTime();
    const satellite = createSatellite(sampleConfig(), {
      clock: new ManualClock(time),
      datagrams: new Medium(time).open(101),
      store: new MemoryStore(1_000),
      vault: new MemoryVault(),
      records: new Map(),
      random: seeded,
      crypto: nativeProvider,
    });
    const told: unknown[] = [];
    satellite.notices$.subscribe((notice) => told.push(notice));
    expect(satellite.snapshot().membership).toMatchObject({ boot: 0, randomness: 'seeded' });
    satellite.start();
    expect(told[0]).toMatchObject({ kind: 'boot', boot: 1, randomness: 'seeded' });
    expect(satellite.snapshot().membership).toMatchObject({ boot: 1, randomness: 'seeded' });
  });
});

function check(random: Random, roles: number, host = '127.0.0.1', simulated = false): void {
  const config = sampleConfig();
  const directory = config.directory.map((entry) =>
    entry.node === 102 ? { ...entry, terminals: [{ host, port: 1 }] } : entry,
  );
  checkOf({ ...config, directory }, random, roles, simulated);
}

function checkOf(
  config: Parameters<typeof checkRandomness>[0],
  random: Random,
  roles: number,
  simulated = false,
): void {
  const datagrams = { ...new Medium(new ManualTime()).open(101), simulated };
  checkRandomness(config, { roles } as Certificate, { random, datagrams });
}
