/**
 * Keying by provision, for a peer that knows no handshake: its associations come from the
 * configuration, or from ground by the Extended Procedures. Nobody agrees or renews anything, and
 * no frame of the peer is awaited, because the peer may know nothing of link control. The link
 * carries bundles while one association seals all of its channels and its numbers are reserved.
 *
 * What authenticates here is a pre-shared key and is called nothing else. Source: link-security
 * §18 LS-1801 to LS-1804; CCSDS 355.0-B-2 §4.2.4.3.
 */
import { type AssociationTable, channelId } from '../association/association-table.ts';
import type { StaticSendKey } from '../association/static-keys.ts';
import { Fault } from '../fault.ts';
import type { FrameOpener, FrameSealer } from '../frame/sdls.ts';
import { USLP_VERSION } from '../frame/uslp.ts';
import type { Deadline, Instant } from '../machine.ts';
import { TRAFFIC_CLASSES } from '../traffic-class.ts';
import { MANAGEMENT_CLASS, MANAGEMENT_MAP_ID } from './contract.ts';
import { CONTROL_VCID } from './frame-writer.ts';
import type { Keying, KeyingOutput, KeyingSnapshot, Secured } from './keying.ts';

/** Who is at both ends, and what keys there are. */
export interface StaticKeyingOptions {
  readonly localScid: number;
  readonly remoteScid: number;
  /** As the configuration names the peer: nobody proves it. */
  readonly peerEid: string;
  readonly provider: Secured['provider'];
  /** Of the whole node. */
  readonly associations: AssociationTable;
}

/** The protected channels of a link in the frames of one sender, packed by `channelId`. */
export function linkChannels(scid: number): number[] {
  return [
    ...[...TRAFFIC_CLASSES.keys(), CONTROL_VCID].map((vcid) => channelOf(scid, vcid, 0)),
    channelOf(scid, MANAGEMENT_CLASS, MANAGEMENT_MAP_ID),
  ];
}

/** The machine. It has no deadline: what changes it are commands and the vault. */
export class StaticKeying implements Keying {
  readonly #options: StaticKeyingOptions;
  readonly #channels: readonly number[];
  /** Bounded by the outputs of one verb. */
  readonly #outputs: KeyingOutput[] = [];
  /** From `connect` to `close`. */
  #connected = false;
  #secured = false;

  constructor(options: StaticKeyingOptions) {
    this.#options = options;
    this.#channels = linkChannels(options.localScid);
  }

  connect(): void {
    this.#connected = true;
    this.#look();
  }

  close(): void {
    this.#connected = false;
    this.#secured = false;
  }

  disconnect(): void {}

  /** The constellation has no say in keys that are placed by hand. */
  review(): void {}

  get sealer(): FrameSealer | undefined {
    return this.#sendKey;
  }

  sent(): void {}

  spent(_now: Instant, fault: Fault): void {
    this.#outputs.push({ kind: 'fault', fault });
    this.#look();
  }

  opener(spi: number, vcid: number, mapId: number): FrameOpener | Fault {
    const { associations, remoteScid } = this.#options;
    const key = associations.opener(spi, channelOf(remoteScid, vcid, mapId));
    return key instanceof Fault || key.association.macOctets > 0 ? key : UNAUTHENTICATED;
  }

  heard(): void {}

  unknown(): void {}

  receiveMessage(): void {
    this.#outputs.push({ kind: 'fault', fault: NO_HANDSHAKE });
  }

  /** A peer without a handshake has no session to keep alive or to close. */
  receiveControl(): void {}

  /** Only sessions end so; provisioned associations are ended in their table. */
  end(): void {}

  tick(): void {
    this.#look();
  }

  poll(): KeyingOutput | undefined {
    return this.#outputs.shift();
  }

  deadline(): Deadline | undefined {
    return undefined;
  }

  snapshot(): KeyingSnapshot {
    return { keying: PRE_SHARED_KEY, handshakes: 0, rekeys: 0, failed: {}, associations: [] };
  }

  get #sendKey(): StaticSendKey | undefined {
    return this.#options.associations.sealer(this.#channels);
  }

  /** Tells whether bundles may go, where that has changed. */
  #look(): void {
    const ready = this.#connected && this.#sendKey?.ready === true;
    if (ready === this.#secured) return;
    this.#secured = ready;
    if (!ready) {
      this.#outputs.push({ kind: 'down', reason: 'key spent' });
      return;
    }
    const { peerEid, provider } = this.#options;
    const keying = PRE_SHARED_KEY;
    this.#outputs.push({ kind: 'secured', peerEid, sessionId: keying, provider, keying });
  }
}

function channelOf(scid: number, vcid: number, mapId: number): number {
  return channelId(USLP_VERSION, scid, vcid, mapId);
}

const PRE_SHARED_KEY = 'pre-shared key';

/** A link takes nothing that is only encrypted: anybody could have written it. */
const UNAUTHENTICATED = new Fault('link', 'unauthenticated', 'LS-405');
/** A handshake message of a peer that is known to have no handshake. */
const NO_HANDSHAKE = new Fault('link', 'no-handshake', 'LS-1804');
