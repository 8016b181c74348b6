/**
 * What a node needs for neighbours that know no handshake: their keys and associations, the record
 * of numbers that outlives a restart, and the recipient of the Extended Procedures, which reach it
 * as Space Packets, one or more PDUs in each.
 *
 * Source: link-security §18; CCSDS 355.1-B-1 §4.2.1.
 */
import { assert } from '#protocol/assert.ts';
import { AssociationTable } from '#protocol/association/association-table.ts';
import { KeyInventory } from '#protocol/association/key-inventory.ts';
import { NumberLedger } from '#protocol/association/number-ledger.ts';
import { fromHex } from '#protocol/bytes/octets.ts';
import type { CryptoProvider } from '#protocol/crypto/ports.ts';
import { selfTest } from '#protocol/crypto/self-test.ts';
import { encodeReport } from '#protocol/extended-procedures/frame-security-report.ts';
import {
  PROCEDURE_PARAMETERS,
  type ProcedureParameters,
} from '#protocol/extended-procedures/managed-parameters.ts';
import { SecurityUnit } from '#protocol/extended-procedures/security-unit.ts';
import { Fault } from '#protocol/fault.ts';
import type { Packet } from '#protocol/frame/packet.ts';
import { type AssociationParameters, securityHeaderOctets } from '#protocol/frame/sdls.ts';
import { defaultMask } from '#protocol/frame/sdls-mask.ts';
import {
  encodeSpacePacket,
  SEQUENCE_WHOLE,
  SPACE_PACKET_VERSION,
} from '#protocol/frame/space-packet.ts';
import { dataOffset } from '#protocol/frame/uslp.ts';
import { type ChannelOptions, managedParameters, type OcfSource } from '#protocol/link/channel.ts';
import type { LinkOptions } from '#protocol/link/contract.ts';
import type { Keying } from '#protocol/link/keying.ts';
import { linkChannels, StaticKeying } from '#protocol/link/static-keying.ts';
import { type Deadline, type Instant, MICROSECONDS_PER_S } from '#protocol/machine.ts';
import type { NodeNumber } from '#protocol/routing/contact-plan.ts';
import type { DirectoryEntry } from './config.ts';
import { ConfigError } from './config-error.ts';
import type { Neighbours } from './neighbours.ts';
import type { SatellitePorts, VaultCompletion, VaultRecords } from './ports.ts';
import type { ProvisionedConfig, ProvisionedPeer } from './provisioned-config.ts';
import { SessionAssociations } from './session-associations.ts';

/** The record in the vault. */
export const NUMBERS_RECORD = 'static-numbers';

/** What it is told of its node, see SatelliteConfig. */
export interface ProvisionedOptions {
  readonly scid: number;
  readonly provisioned: ProvisionedConfig | undefined;
  readonly channel: ChannelOptions;
  readonly directory: readonly DirectoryEntry[];
}

/** What comes of a command. */
export interface CommandAnswer {
  /** Space Packets for the neighbour who gave it. */
  readonly replies: readonly Uint8Array[];
  /** Why what was refused was. */
  readonly faults: readonly Fault[];
}

/** Of one node. */
export class ProvisionedSecurity implements OcfSource {
  /** Its record in the vault. */
  readonly record = NUMBERS_RECORD;
  readonly #options: ProvisionedOptions;
  readonly #provider: CryptoProvider;
  /** Octets of a frame before its security header. */
  readonly #prefixOctets: number;
  readonly #peers: readonly ProvisionedPeer[];
  readonly #ledger: NumberLedger;
  readonly #associations: AssociationTable;
  readonly #unit: SecurityUnit;
  /** Of its own packets, modulo 16384. */
  #sequenceCount = 0;
  #keptAt: Instant = 0;

  /**
   * `neighbours` have the associations of handshakes. Throws ConfigError when the record of numbers
   * is there and cannot be read.
   */
  constructor(options: ProvisionedOptions, ports: SatellitePorts, neighbours: Neighbours) {
    const { scid, provisioned } = options;
    const { crypto: provider, random, records } = ports;
    const { aead } = provider;
    this.#options = options;
    this.#provider = provider;
    this.#prefixOctets = dataOffset(managedParameters(options.channel, scid));
    this.#peers = provisioned?.peers ?? [];
    this.#ledger = ledgerIn(records);
    const keys = new KeyInventory();
    for (const { id, octets } of provisioned?.keys ?? []) keys.provide(id, fromHex(octets));
    this.#associations = new AssociationTable(scid, keys, this.#ledger, aead);
    for (const peer of this.#peers) this.#provision(peer);
    this.#unit = new SecurityUnit({
      keys,
      associations: this.#associations,
      dynamic: new SessionAssociations(neighbours),
      aead,
      random,
      selfTest: () => selfTest(provider),
      managed: this.#procedureParameters(),
    });
  }

  /** The keying of a provisioned neighbour; undefined for all others. */
  keying(node: NodeNumber): Keying | undefined {
    const peer = this.#peers.find((each) => each.node === node);
    if (peer === undefined) return undefined;
    return new StaticKeying({
      localScid: this.#options.scid,
      remoteScid: this.#scidOf(node),
      peerEid: `ipn:${node}.0`,
      provider: this.#provider.name,
      associations: this.#associations,
    });
  }

  /**
   * What the channel to a neighbour has besides. The report is on the frames of all neighbours, and
   * so is the log, where there is anybody to read them.
   */
  channel(node: NodeNumber): Pick<LinkOptions, 'ocf' | 'ocfSource' | 'sampler'> {
    const sampler = this.#peers.length > 0 ? this.#unit : undefined;
    const reports = this.#peers.find((peer) => peer.node === node)?.reports === true;
    return reports ? { sampler, ocf: true, ocfSource: this } : { sampler };
  }

  /** The Frame Security Report in four fresh octets. */
  ocf(): Uint8Array {
    return encodeReport(this.#unit.report);
  }

  /** The record to be written now; the vault's answer goes to `completed`. */
  poll(): Uint8Array | undefined {
    return this.#ledger.poll();
  }

  /** Takes an answer of the vault about `record`. */
  completed(now: Instant, kind: VaultCompletion['kind']): void {
    this.#keptAt = now;
    if (kind === 'written') this.#ledger.written();
    else this.#ledger.writeFailed();
  }

  /** Lets time pass: numbers received since the last write are kept, and a failed one is tried. */
  tick(now: Instant): void {
    if (this.#ledger.stale && now >= this.#keptAt + KEEP_US) this.#ledger.tick();
  }

  /** When `tick` is next needed. */
  deadline(): Deadline | undefined {
    return this.#ledger.stale ? { at: this.#keptAt + KEEP_US, why: 'numbers to keep' } : undefined;
  }

  /**
   * Takes a management packet of a neighbour that came under `spi`; undefined when that neighbour
   * gives no commands.
   */
  command(now: Instant, node: NodeNumber, packet: Packet, spi: number): CommandAnswer | undefined {
    const commander = this.#peers.find((peer) => peer.node === node)?.commands === true;
    if (!commander) return undefined;
    if (packet.packetVersion !== SPACE_PACKET_VERSION || !packet.header.telecommand) {
      return { replies: [], faults: [NO_COMMAND] };
    }
    const replies: Uint8Array[] = [];
    const faults: Fault[] = [];
    this.#unit.receive(now, packet.data, spi);
    // Bounded by the outputs of one verb.
    for (let output = this.#unit.poll(); output !== undefined; output = this.#unit.poll()) {
      if (output.kind === 'fault') faults.push(output.fault);
      if (output.kind === 'reply') replies.push(this.#wrap(packet.header.apid, output.octets));
    }
    return { replies, faults };
  }

  #wrap(apid: number, pdu: Uint8Array): Uint8Array {
    const sequenceCount = this.#sequenceCount;
    this.#sequenceCount = (sequenceCount + 1) % 16_384;
    const kind = { telecommand: false, secondaryHeader: false } as const;
    const sequenceFlags = SEQUENCE_WHOLE;
    return encodeSpacePacket({ ...kind, apid, sequenceFlags, sequenceCount }, pdu);
  }

  /** A created association fits the frames of the links, which fixed frames fill. */
  #procedureParameters(): ProcedureParameters {
    const { fixedLength = false } = this.#options.channel;
    const securityOctets = securityHeaderOctets(BASELINE) + BASELINE.macOctets;
    return {
      ...PROCEDURE_PARAMETERS,
      prefixOctets: this.#prefixOctets,
      securityOctetsMin: fixedLength ? securityOctets : 0,
      securityOctetsMax: securityOctets,
    };
  }

  #scidOf(node: NodeNumber): number {
    const peer = this.#options.directory.find((entry) => entry.node === node);
    assert(peer !== undefined, 'the directory lists every provisioned neighbour');
    return peer.scid;
  }

  #provision({ node, send, receive, mask, windowWidth = WINDOW_WIDTH }: ProvisionedPeer): void {
    const fields: AssociationParameters = {
      ...BASELINE,
      mask: mask === 'book' ? defaultMask('uslp', this.#prefixOctets, BASELINE) : undefined,
    };
    for (const [{ spi, keyId, start = '' }, sender] of [
      [send, this.#options.scid],
      [receive, this.#scidOf(node)],
    ] as const) {
      const definition = { suite: 'aes-256-gcm', fields, windowWidth } as const;
      const fault =
        this.#associations.create(spi, definition) ??
        this.#associations.rekey(spi, keyId, fromHex(start)) ??
        this.#associations.start(spi, linkChannels(sender));
      assert(fault === undefined, 'a configuration that was checked can be carried out');
    }
  }
}

function ledgerIn(records: VaultRecords): NumberLedger {
  const ledger = NumberLedger.decode(records.get(NUMBERS_RECORD));
  if (!(ledger instanceof Fault)) return ledger;
  throw new ConfigError(`the record ${NUMBERS_RECORD} of the vault is damaged`, {
    remedy: 'Give all provisioned associations new keys, then remove the record',
  });
}

/** The baseline of SDLS for USLP. Source: CCSDS 355.0-B-2 annex E. */
const BASELINE = {
  ivOctets: 12,
  sequenceNumberOctets: 0,
  padLengthOctets: 0,
  macOctets: 16,
} as const;

/** Wider than what a sender jumps over at a restart. */
const WINDOW_WIDTH = 1_048_576;
/** How long a number received may wait for its record. */
const KEEP_US = MICROSECONDS_PER_S;

const NO_COMMAND = new Fault('link', 'no-command', 'CCSDS 355.1-B-1 4.2.1');
