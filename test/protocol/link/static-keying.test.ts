import { describe, expect, it } from 'vitest';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { AssociationTable } from '#protocol/association/association-table.ts';
import { KeyInventory } from '#protocol/association/key-inventory.ts';
import { NumberLedger } from '#protocol/association/number-ledger.ts';
import { toHex } from '#protocol/bytes/octets.ts';
import type { Fault } from '#protocol/fault.ts';
import { writeFecf } from '#protocol/frame/fecf.ts';
import { defaultMask } from '#protocol/frame/sdls-mask.ts';
import type { LinkOutput } from '#protocol/link/contract.ts';
import { Link } from '#protocol/link/link.ts';
import { linkChannels, StaticKeying } from '#protocol/link/static-keying.ts';

describe('a statically keyed link', () => {
  it('carries bundles both ways, and is told as pre-shared key and nothing else (LS-1804)', () => {
    const [a, b] = ends();
    for (const end of [a, b]) {
      end.connect();
      expect(end.told).toEqual([
        {
          kind: 'secured',
          peerEid: end.peerEid,
          sessionId: 'pre-shared key',
          provider: 'native',
          keying: 'pre-shared key',
        },
      ]);
      expect(end.link.snapshot()).toMatchObject({ keying: 'pre-shared key', secured: true });
    }
    b.take(a.send(Uint8Array.of(0x9f, 1)));
    a.take(b.send(Uint8Array.of(0x9f, 2)));
    expect([a, b].map((end) => end.bundles())).toEqual([['9f02'], ['9f01']]);
  });

  it('counts its IVs up by one from the configured start', () => {
    const [a] = ends();
    a.connect();
    const frames = [1, 2, 3].map((octet) => a.send(Uint8Array.of(0x9f, octet))[0]!);
    const ivs = frames.map((frame) => toHex(frame.subarray(12, 24)));
    expect(ivs).toEqual(['0064', '0065', '0066'].map((low) => low.padStart(24, '0')));
  });

  it('carries nothing before its numbers are reserved, and stops when they cannot be', () => {
    const [a] = ends(false);
    a.connect();
    expect([a.told, a.link.secured]).toEqual([[], false]);
    a.keepNumbers();
    a.tick();
    expect(a.link.secured).toBe(true);
    let frames = 0;
    for (; a.link.secured; frames++) a.send(Uint8Array.of(0x9f));
    expect(frames).toBe(65_537);
    expect(a.told.slice(-3)).toMatchObject([
      { kind: 'fault', fault: { key: 'session.number-unreserved' } },
      { kind: 'down', reason: 'key spent' },
      { kind: 'unsent' },
    ]);
    a.keepNumbers();
    a.tick();
    expect(a.link.secured).toBe(true);
  });

  it('goes down with its key, and up again under an association that ground starts', () => {
    const [a, b] = ends();
    a.connect();
    b.connect();
    a.keys.move([200], 'deactivated');
    a.tick();
    expect(a.told.at(-1)).toEqual({ kind: 'down', reason: 'key spent' });
    for (const end of [a, b]) {
      end.keys.provide(210, new Uint8Array(32).fill(210));
      end.associations.create(9, DEFINITION);
      end.associations.rekey(9, 210, new Uint8Array(12));
    }
    a.associations.find(5)!.stop();
    expect(a.associations.start(9, linkChannels(1).slice(0, -1))).toBeUndefined();
    a.keepNumbers();
    a.tick();
    expect(a.link.secured).toBe(false);
    a.associations.find(9)!.stop();
    a.associations.start(9, linkChannels(1));
    b.associations.start(9, linkChannels(1));
    a.tick();
    expect(a.link.secured).toBe(true);
    b.take(a.send(Uint8Array.of(0x9f, 7)));
    expect(b.bundles()).toEqual(['9f07']);
  });

  it('refuses in the order of the book, and has every frame sampled', () => {
    const [a, b] = ends();
    a.connect();
    b.connect();
    const [good] = a.send(Uint8Array.of(0x9f, 1));
    const [later] = a.send(Uint8Array.of(0x9f, 2));
    const changed = good!.slice();
    changed[30]! ^= 1;
    writeFecf(changed);
    b.take([changed, good!, good!]);
    b.keys.move([200], 'deactivated');
    b.take([later!]);
    b.associations.find(5)!.stop();
    b.take([later!]);
    expect(b.faults()).toEqual([
      'session.frame-auth',
      'session.replay',
      'session.key-state',
      'session.sa-state',
    ]);
    expect(b.samples).toEqual([
      [5, 0x64, 'session.frame-auth'],
      [5, 0x64, undefined],
      [5, 0x64, 'session.replay'],
      [5, 0, 'session.key-state'],
      [5, 0, 'session.sa-state'],
    ]);
  });

  it('takes nothing on a channel that its association does not serve, nor what is only encrypted', () => {
    const [a, b] = ends();
    a.connect();
    b.connect();
    const frames = a.send(Uint8Array.of(0x9f, 1));
    b.associations.find(5)!.stop();
    expect(b.associations.start(5, linkChannels(1).slice(1))).toBeUndefined();
    b.take(frames);
    b.associations.find(5)!.stop();
    b.keys.provide(211, new Uint8Array(32).fill(211));
    const fields = { ...DEFINITION.fields, macOctets: 0, mask: undefined };
    b.associations.create(9, { suite: 'aes-256-ctr', fields, windowWidth: 64 });
    b.associations.rekey(9, 211, new Uint8Array(12));
    b.associations.start(9, linkChannels(1));
    const unauthenticated = frames[0]!.slice();
    unauthenticated[11] = 9;
    writeFecf(unauthenticated);
    b.take([unauthenticated]);
    expect(b.faults()).toEqual(['session.sa-binding', 'link.unauthenticated']);
  });

  it('answers no handshake', () => {
    const [a, b] = ends();
    a.connect();
    b.connect();
    // A clear frame of VC 62 with one whole message.
    const frame = Uint8Array.of(0xc0, 0, 0x17, 0xc0, 0, 16, 0x83, 0, 0, 0, 0xe5, 1, 2, 3, 4, 0, 0);
    writeFecf(frame);
    expect(b.take([frame])).toEqual([]);
    expect(b.faults()).toEqual(['link.no-handshake']);
  });
});

const PREFIX_OCTETS = 10;
const BASELINE = {
  ivOctets: 12,
  sequenceNumberOctets: 0,
  padLengthOctets: 0,
  macOctets: 16,
};
/** The book's mask; the full header is the default. */
const DEFINITION = {
  suite: 'aes-256-gcm',
  fields: { ...BASELINE, mask: defaultMask('uslp', PREFIX_OCTETS, BASELINE) },
  windowWidth: 1_000_000,
} as const;

/** SPI 5 from end 1 to end 2, SPI 6 back. */
function ends(reserved = true): [StaticEnd, StaticEnd] {
  return [new StaticEnd(1, 2, reserved), new StaticEnd(2, 1, reserved)];
}

class StaticEnd {
  readonly keys = new KeyInventory();
  readonly ledger = NumberLedger.decode(undefined) as NumberLedger;
  readonly associations: AssociationTable;
  readonly link: Link;
  readonly peerEid: string;
  readonly samples: (readonly [number, number, string | undefined])[] = [];
  told: Exclude<LinkOutput, { kind: 'transmit' }>[] = [];
  #now = 0;

  constructor(localScid: number, remoteScid: number, reserved: boolean) {
    this.peerEid = `ipn:${remoteScid}.0`;
    this.associations = new AssociationTable(
      localScid,
      this.keys,
      this.ledger,
      nativeProvider.aead,
    );
    for (const [spi, keyId, scid] of [
      [5, 200, 1],
      [6, 201, 2],
    ] as const) {
      this.keys.provide(keyId, new Uint8Array(32).fill(keyId));
      this.associations.create(spi, DEFINITION);
      this.associations.rekey(spi, keyId, Uint8Array.of(0x63));
      expect(this.associations.start(spi, linkChannels(scid))).toBeUndefined();
    }
    if (reserved) this.keepNumbers();
    const sampler = {
      sample: (_now: number, spi: number, low: number, fault?: Fault) => {
        this.samples.push([spi, low, fault?.key]);
      },
    };
    const options = { localScid, remoteScid, peerEid: this.peerEid, provider: 'native' } as const;
    const { associations } = this;
    const keying = new StaticKeying({ ...options, associations });
    this.link = new Link({ localScid, remoteScid, frameOctetsMax: 1_024, sampler }, keying);
  }

  keepNumbers(): void {
    this.ledger.poll();
    this.ledger.written();
  }

  connect(): void {
    this.link.connect(this.#now, { rateBps: 1e12, roundTripUs: 0, initiate: true });
    this.#drain();
  }

  tick(): void {
    this.#now += 1_000;
    this.link.tick(this.#now);
    this.#drain();
  }

  send(octets: Uint8Array): Uint8Array[] {
    this.#now += 1_000;
    this.link.send(this.#now, { id: 'bundle', octets, trafficClass: 0 });
    return this.#drain();
  }

  take(frames: readonly Uint8Array[]): Uint8Array[] {
    for (const frame of frames) this.link.receive(this.#now, frame.slice());
    return this.#drain();
  }

  bundles(): string[] {
    return this.told.flatMap((told) => (told.kind === 'received' ? [toHex(told.bundle)] : []));
  }

  faults(): string[] {
    return this.told.flatMap((told) => (told.kind === 'fault' ? [told.fault.key] : []));
  }

  #drain(): Uint8Array[] {
    const frames: Uint8Array[] = [];
    for (let output = this.link.poll(); output !== undefined; output = this.link.poll()) {
      if (output.kind === 'transmit') frames.push(output.frame);
      else this.told.push(output);
    }
    return frames;
  }
}
