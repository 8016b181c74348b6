import { afterEach, describe, expect, it } from 'vitest';
import { SeededRandom } from '#harness/fleet/seeded-random.ts';
import { MemoryStore } from '#node/adapters/memory-store.ts';
import { MemoryVault } from '#node/adapters/memory-vault.ts';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { OsRandom } from '#node/adapters/os-random.ts';
import { SystemClock } from '#node/adapters/system-clock.ts';
import { openUdpDatagrams, type UdpDatagrams } from '#node/adapters/udp-datagrams.ts';
import { createSatellite } from '#node/assemble.ts';
import { type NodeConfig, parseNodeConfig } from '#node/config.ts';
import type { Notice } from '#node/notice.ts';
import { ProvisionedSecurity } from '#node/provisioned-security.ts';
import type { Satellite } from '#node/satellite.ts';
import { ipnEid } from '#protocol/bundle/eid.ts';
import { concat, toHex } from '#protocol/bytes/octets.ts';
import { decodeReport } from '#protocol/extended-procedures/frame-security-report.ts';
import { ProcedureInitiator } from '#protocol/extended-procedures/initiator.ts';
import { writeFecf } from '#protocol/frame/fecf.ts';
import { defaultMask } from '#protocol/frame/sdls-mask.ts';
import { linkChannels } from '#protocol/link/static-keying.ts';
import { sampleConfigs } from '../simulation/sample-config.ts';
import { Ground } from './ground.ts';

let endings: (() => void)[] = [];

afterEach(() => {
  for (const end of endings) end();
  endings = [];
});

describe('a ground station with pre-shared keys', () => {
  it('gives the node a key and moves to an association under it, over UDP', async () => {
    const { ground, node } = await launch();
    const procedures = new ProcedureInitiator(nativeProvider.aead, new SeededRandom(1, 'ground'));
    const ask = async (...commands: Uint8Array[]) => {
      ground.command(concat(commands));
      const { data } = await ground.reply();
      return procedures.receive(data);
    };
    expect(await ask(procedures.monitor('ping'))).toEqual({ procedure: 'ping' });
    expect(node.links()).toMatchObject([{ keying: 'pre-shared key', secured: true }]);

    const fresh = { keyId: 300, key: new Uint8Array(32).fill(0x30) };
    const upload = procedures.upload({ keyId: 5, key: MASTER }, [fresh]);
    expect(await ask(upload, procedures.verify([fresh]))).toEqual({
      procedure: 'verify',
      keyIds: [300],
    });
    const commands = [
      procedures.moveKeys('activate', [300]),
      procedures.create({ spi: 9, definition: DEFINITION }),
      procedures.rekey({ spi: 9, keyId: 300, number: new Uint8Array(12) }),
      procedures.start({ spi: 9, channels: linkChannels(GROUND_SCID) }),
      procedures.read('status', 9),
    ];
    expect(await ask(...commands)).toEqual({ procedure: 'status', spi: 9, transition: 11 });

    ground.sendUnder(9, fresh.key);
    expect(await ask(procedures.end('stop', 7), procedures.read('status', 7))).toEqual({
      procedure: 'status',
      spi: 7,
      transition: 14,
    });
    expect(await ask(procedures.read('readNumber', 9))).toMatchObject({
      number: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2),
    });
    expect(await ask(procedures.end('stop', 9), procedures.monitor('ping'))).toEqual({
      procedure: 'ping',
    });
    expect(node.faults()).toEqual({ 'procedures.own-spi': 1 });
  });

  it('reads in the Frame Security Report what became of its last frame', async () => {
    const { ground, node } = await launch();
    const procedures = new ProcedureInitiator(nativeProvider.aead, new SeededRandom(1, 'ground'));
    /** The report in the next frame of the node, which is that of a bundle. */
    const reportAfter = async (frame: Uint8Array) => {
      ground.transmit(frame);
      await node.framesCounted(1);
      node.sendBundle();
      return toHex((await ground.reply()).ocf!);
    };
    const ping = () => procedures.monitor('ping');
    const first = ground.frame(ping());
    ground.transmit(first);
    const { ocf } = await ground.reply();
    expect(decodeReport(ocf!)).toEqual({
      alarm: false,
      badSequence: false,
      badMac: false,
      badAssociation: false,
      spi: 7,
      sequenceLow: 1,
    });
    const changed = ground.frame(ping());
    changed[40]! ^= 1;
    writeFecf(changed);
    expect(await reportAfter(changed)).toBe('ca000702');
    expect(await reportAfter(first)).toBe('cc000701');
    const unknown = ground.frame(ping());
    unknown[11] = 99;
    writeFecf(unknown);
    expect(await reportAfter(unknown)).toBe('c9006300');
    ground.command(ping());
    const { ocf: alarmed } = await ground.reply();
    expect(decodeReport(alarmed!)).toMatchObject({ alarm: true, badAssociation: false, spi: 7 });
    ground.command(concat([procedures.monitor('resetAlarm'), ping()]));
    const { ocf: calm } = await ground.reply();
    expect(decodeReport(calm!)).toMatchObject({ alarm: false });
  });

  it('finds after a restart of the node that numbers have gone on and keys are those of launch', async () => {
    const { ground, node, vault } = await launch();
    const procedures = new ProcedureInitiator(nativeProvider.aead, new SeededRandom(1, 'ground'));
    const fresh = { keyId: 300, key: new Uint8Array(32).fill(0x30) };
    const first = ground.frame(
      concat([procedures.upload({ keyId: 5, key: MASTER }, [fresh]), procedures.monitor('ping')]),
    );
    ground.transmit(first);
    await ground.reply();
    await node.kept();
    node.end();
    const again = await relaunch(ground, vault);
    ground.transmit(first);
    await again.framesCounted(1);
    expect(again.faults()).toEqual({ 'session.replay': 1 });
    ground.command(procedures.inventory(0, 65_535));
    const { data } = await ground.reply();
    expect(procedures.receive(data)).toMatchObject({
      entries: [{ id: 5 }, { id: 200 }, { id: 201 }],
    });
  });

  it('is refused as a commander where the configuration does not make it one', async () => {
    const { ground, node } = await launch({ commands: false });
    const procedures = new ProcedureInitiator(nativeProvider.aead, new SeededRandom(1, 'ground'));
    ground.command(procedures.monitor('ping'));
    await node.framesCounted(1);
    expect(node.faults()).toEqual({ 'link.no-commander': 1 });
  });
});

const GROUND_SCID = 102;
const MASTER = new Uint8Array(32).fill(5);
const BASELINE = { ivOctets: 12, sequenceNumberOctets: 0, padLengthOctets: 0, macOctets: 16 };
const FIELDS = { ...BASELINE, mask: defaultMask('uslp', 10, BASELINE) };
const DEFINITION = { suite: 'aes-256-gcm', fields: FIELDS, windowWidth: 1_000 } as const;

async function launch(options: { commands?: boolean } = {}) {
  const ground = await Ground.open({ scid: GROUND_SCID, nodeScid: 101, fields: FIELDS });
  endings.push(() => ground.close());
  ground.sendUnder(7, new Uint8Array(32).fill(200));
  ground.receiveUnder(8, new Uint8Array(32).fill(201), 200_000);
  const vault = new MemoryVault();
  const node = await startNode(ground, vault, options.commands ?? true);
  return { ground, node, vault };
}

async function relaunch(ground: Ground, old: MemoryVault) {
  return startNode(ground, new MemoryVault(old.records), true);
}

/** Node 101, whose one neighbour is the ground station as node 102, in view for an hour. */
async function startNode(ground: Ground, vault: MemoryVault, commands: boolean): Promise<Node> {
  const datagrams = await openUdpDatagrams({
    bind: [
      { host: '127.0.0.1', port: 0 },
      { host: '127.0.0.1', port: 0 },
    ],
  });
  const ports = [...datagrams.addresses.map(({ port }) => port), ground.port, ground.port];
  const [sample] = sampleConfigs(ports);
  const config: NodeConfig = parseNodeConfig({
    ...sample,
    epochUnixMs: Date.now(),
    services: { echo: false, sink: false, sources: [] },
    provisioned: {
      keys: [
        { id: 5, octets: toHex(MASTER) },
        { id: 200, octets: 'c8'.repeat(32) },
        { id: 201, octets: 'c9'.repeat(32) },
      ],
      peers: [
        {
          node: 102,
          receive: { spi: 7, keyId: 200 },
          send: { spi: 8, keyId: 201 },
          mask: 'book',
          commands,
          reports: true,
        },
      ],
    },
  });
  const port = datagrams.addresses[0]?.port as number;
  ground.aim(port);
  const node = new Node(config, datagrams, vault);
  endings.push(() => node.end());
  await node.until('link-secured');
  return node;
}

class Node {
  readonly #satellite: Satellite;
  readonly #datagrams: UdpDatagrams;
  readonly #vault: MemoryVault;
  readonly #told: Notice[] = [];
  readonly #life: { unsubscribe(): void };
  #counted = 0;
  #ended = false;

  constructor(config: NodeConfig, datagrams: UdpDatagrams, vault: MemoryVault) {
    this.#datagrams = datagrams;
    this.#vault = vault;
    const ports = {
      clock: SystemClock.fromUnixMs(config.epochUnixMs),
      datagrams,
      store: new MemoryStore(1_000_000),
      vault,
      records: vault.records,
      random: new OsRandom(),
      crypto: nativeProvider,
    };
    this.#satellite = createSatellite(config, ports, { ProvisionedSecurity });
    this.#satellite.notices$.subscribe((notice) => this.#told.push(notice));
    this.#life = this.#satellite.start();
  }

  links() {
    return this.#satellite.snapshot().links;
  }

  faults() {
    return this.#satellite.snapshot().frames.faults;
  }

  sendBundle(): void {
    this.#satellite.send({
      destination: ipnEid(102, 9),
      sourceService: 1_000,
      adu: Uint8Array.of(1),
      lifetimeMs: 60_000,
      trafficClass: 0,
    });
  }

  /** So many more frames have been received or refused. */
  async framesCounted(count: number): Promise<void> {
    this.#counted += count;
    await this.#sooner(() => {
      const { frames } = this.#satellite.snapshot();
      const refused = Object.values(frames.faults).reduce((sum, each) => sum + each, 0);
      return refused >= this.#counted;
    });
  }

  async until(kind: Notice['kind']): Promise<void> {
    await this.#sooner(() => this.#told.some((notice) => notice.kind === kind));
  }

  /** The numbers received so far are in the vault. */
  async kept(): Promise<void> {
    const before = toHex(this.#vault.records.get('static-numbers') ?? new Uint8Array(0));
    await this.#sooner(
      () => toHex(this.#vault.records.get('static-numbers') ?? new Uint8Array(0)) !== before,
    );
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#life.unsubscribe();
    this.#datagrams.close();
  }

  async #sooner(done: () => boolean): Promise<void> {
    for (let turn = 0; turn < 1_000 && !done(); turn++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(done()).toBe(true);
  }
}
