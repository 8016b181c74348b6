import { describe, expect, it } from 'vitest';
import { SeededRandom } from '#harness/fleet/seeded-random.ts';
import { MemoryStore } from '#node/adapters/memory-store.ts';
import { MemoryVault } from '#node/adapters/memory-vault.ts';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { createSatellite } from '#node/assemble.ts';
import type { NodeConfig } from '#node/config.ts';
import { ConfigError } from '#node/config-error.ts';
import type { Notice } from '#node/notice.ts';
import type { SatellitePorts, VaultRecords } from '#node/ports.ts';
import { NUMBERS_RECORD, ProvisionedSecurity } from '#node/provisioned-security.ts';
import type { Satellite } from '#node/satellite.ts';
import { ipnEid } from '#protocol/bundle/eid.ts';
import { toHex } from '#protocol/bytes/octets.ts';
import { ManualClock, ManualTime } from '../simulation/manual-clock.ts';
import { sampleConfig } from '../simulation/sample-config.ts';
import { Medium } from '../simulation/small-sky.ts';

describe('provisioned security', () => {
  it('keeps its numbers in the vault before the first frame leaves', () => {
    const node = new Node();
    expect(node.kinds()).toEqual([]);
    node.vault.flush();
    node.run(1_000);
    expect(node.kinds()).toEqual(['boot']);
    node.vault.flush();
    node.run(2_000);
    expect(node.kinds()).toEqual(['boot', 'link-secured']);
    expect(node.told.at(-1)).toMatchObject({ keying: 'pre-shared key' });
    expect(node.links()).toMatchObject([{ keying: 'pre-shared key', handshakes: 0 }]);
  });

  it('goes on from the mark after a restart: the IV jumps forward, never back', () => {
    const first = new Node(new MemoryVault());
    first.run(1_000);
    first.send();
    const second = new Node(new MemoryVault(first.vault.records));
    second.run(1_000);
    second.send();
    const ivs = [first, second].map((node) => toHex(node.frames.at(-1)!.subarray(12, 24)));
    expect(ivs).toEqual(['000000000000000000000001', '000000000000000000010001']);
  });

  it('sends nothing while its record cannot be written, says so, and tries again', () => {
    const node = new Node();
    node.vault.flush();
    node.run(1_000);
    node.vault.flush('write-failed');
    node.run(2_000);
    expect(node.kinds()).toEqual(['boot', 'record-unwritten']);
    node.run(1_500_000);
    expect(node.vault.waiting).toBe(1);
    node.vault.flush();
    node.run(1_600_000);
    expect(node.kinds()).toEqual(['boot', 'record-unwritten', 'link-secured']);
  });

  it('does not start with a damaged record, for numbers would repeat', () => {
    const records = new Map([[NUMBERS_RECORD, Uint8Array.of(9)]]);
    expect(() => new Node(new MemoryVault(records))).toThrow(ConfigError);
  });
});

class Node {
  readonly vault: MemoryVault;
  readonly frames: Uint8Array[] = [];
  readonly #time = new ManualTime();
  readonly #satellite: Satellite;
  readonly told: Notice[] = [];

  constructor(vault = new MemoryVault(new Map(), 'held')) {
    this.vault = vault;
    const records: VaultRecords = vault.records;
    const datagrams = new Medium(this.#time).open(101);
    const send = datagrams.send.bind(datagrams);
    const ports: SatellitePorts = {
      clock: new ManualClock(this.#time),
      datagrams: {
        ...datagrams,
        send: (datagram) => {
          this.frames.push(datagram.octets.slice());
          send(datagram);
        },
      },
      store: new MemoryStore(1_000_000),
      vault,
      records,
      random: new SeededRandom(1, 'node'),
      crypto: nativeProvider,
    };
    this.#satellite = createSatellite(configuration(), ports, { ProvisionedSecurity });
    this.#satellite.notices$.subscribe((notice) => this.told.push(notice));
    this.#satellite.start();
  }

  run(until: number): void {
    this.#time.advanceTo(until);
  }

  send(): void {
    this.#satellite.send({
      adu: Uint8Array.of(1),
      destination: ipnEid(102, 9),
      sourceService: 1_000,
      lifetimeMs: 60_000,
      trafficClass: 1,
    });
  }

  kinds(): string[] {
    return this.told.map(({ kind }) => kind);
  }

  links() {
    return this.#satellite.snapshot().links;
  }
}

function configuration(): NodeConfig {
  return {
    ...sampleConfig(),
    services: { echo: false, sink: false, sources: [] },
    provisioned: {
      keys: [
        { id: 200, octets: 'c8'.repeat(32) },
        { id: 201, octets: 'c9'.repeat(32) },
      ],
      peers: [
        {
          node: 102,
          send: { spi: 8, keyId: 201 },
          receive: { spi: 7, keyId: 200 },
          mask: 'header',
        },
      ],
    },
  };
}
