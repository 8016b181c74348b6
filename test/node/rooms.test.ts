import { expect, it } from 'vitest';
import { SeededRandom } from '#harness/fleet/seeded-random.ts';
import { MemoryStore } from '#node/adapters/memory-store.ts';
import { MemoryVault } from '#node/adapters/memory-vault.ts';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { createSatellite } from '#node/assemble.ts';
import { ProvisionedSecurity } from '#node/provisioned-security.ts';
import { openRooms } from '#node/rooms.ts';
import { ManualClock, ManualTime } from '../simulation/manual-clock.ts';
import { sampleConfig } from '../simulation/sample-config.ts';
import { Medium } from '../simulation/small-sky.ts';

it('only a node with provisioned neighbours loads what they need', async () => {
  expect(await openRooms({})).toEqual({});
  expect(await openRooms({ provisioned: PROVISIONED })).toEqual({ ProvisionedSecurity });
});

it('a node whose configuration asks for what nobody has loaded does not start', () => {
  const time = new ManualTime();
  const ports = {
    clock: new ManualClock(time),
    datagrams: new Medium(time).open(101),
    store: new MemoryStore(1_000_000),
    vault: new MemoryVault(),
    records: new Map(),
    random: new SeededRandom(1, 'node'),
    crypto: nativeProvider,
  };
  const config = { ...sampleConfig(), provisioned: PROVISIONED };
  expect(() => createSatellite(config, ports)).toThrow('has been loaded');
});

const PROVISIONED = { keys: [], peers: [] };
