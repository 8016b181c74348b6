import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { TAG_FAULT } from '#protocol/crypto/faults.ts';
import type { AeadKey } from '#protocol/crypto/ports.ts';
import { Fault } from '#protocol/fault.ts';
import type { ManagedParameters } from '#protocol/frame/managed-parameters.ts';
import {
  type FrameOpener,
  type FrameSealer,
  openData,
  protectedTfdfOctetsMax,
  sealFrame,
} from '#protocol/frame/sdls.ts';
import { decodeFrame, decodeHeader, encodeFrame, type FrameHeader } from '#protocol/frame/uslp.ts';

describe('the protected frames of link-handshake.json', () => {
  const { protected_frames_suite_1: frames, full_handshake_suite_1: session } = read<{
    protected_frames_suite_1: HandshakeFrame[];
    full_handshake_suite_1: Record<'i2r' | 'r2i', { spi: number; key: string }>;
  }>('link-handshake');

  it('are three', () => {
    expect(frames).toHaveLength(3);
  });

  it.each(frames.map((frame) => [`${frame.direction} ${frame.counter}`, frame] as const))(
    'are sealed and opened octet for octet: %s',
    (_, vector) => {
      const { spi, key } = session[vector.direction];
      const { scid, vcf_count_length: vcfCountOctets } = vector;
      const managed = { ...MANAGED, scid, vcfCountOctets, fecf: false };
      const header: FrameHeader = {
        ...HEADER,
        scid,
        vcid: vector.vcid,
        mapId: vector.map,
        vcfCountOctets,
        vcfCount: vector.vcf_count,
      };
      const channel = new TestChannel(spi, key, vector.iv);
      const frame = sealFrame(header, fromHex(vector.tfdf), channel, managed) as Uint8Array;
      expect(toHex(frame)).toBe(vector.frame);
      expect(channel.aads).toEqual([vector.aad]);
      const opened = openFrame(frame, managed, () => channel) as OpenedFrame;
      expect(opened.header).toEqual(header);
      expect(toHex(opened.tfdf)).toBe(vector.tfdf);
      expect(channel.aads).toEqual([vector.aad, vector.aad]);
    },
  );
});

describe('the USLP frames of ccsds-sdls.json', () => {
  const vectors = read<{ vectors: SdlsVector[] }>('ccsds-sdls').vectors.filter(
    ({ link }) => link === 'uslp',
  );
  const run = vectors.filter(({ id }) => !(id in LATER));

  it('are all run or named with the reason why not', () => {
    expect([run.length, vectors.length]).toEqual([12, 21]);
    expect(vectors.filter(({ id }) => id in LATER)).toHaveLength(Object.keys(LATER).length);
  });

  it.each(run.map((vector) => [vector.id, vector] as const))('%s', (_, vector) => {
    const octets = fromHex(vector.protected_frame);
    const managed = {
      scid: 291,
      frameOctetsMax: 65536,
      vcfCountOctets: vector.layout.primary_and_segment_header_octets - 7,
      fecf: vector.layout.fecf === 'crc16',
    };
    const channel = new TestChannel(vector.spi, vector.key, vector.iv, BOOK_MASK);
    const opened = openFrame(octets, managed, () => channel);
    if (vector.expect !== 'accept') {
      expect((opened as Fault).key).toBe(KEYS[vector.id]);
      return;
    }
    const { header, tfdf } = opened as OpenedFrame;
    expect(toHex(tfdf)).toBe(vector.tfdf_plaintext);
    expect(sealFrame(header, tfdf, channel, managed)).toEqual(octets);
    expect(channel.aads).toEqual([vector.aad, vector.aad]);
  });
});

describe('a protected frame', () => {
  const channel = new TestChannel(5, KEY, IV);

  it('comes back as it went', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.boolean(), (tfdf, fecf) => {
        const managed = { ...MANAGED, fecf };
        const frame = sealFrame(HEADER, tfdf, channel, managed) as Uint8Array;
        expect(frame).toHaveLength(tfdf.length + (fecf ? 42 : 40));
        const opened = openFrame(frame, managed, () => channel) as OpenedFrame;
        expect(opened).toEqual({ header: HEADER, tfdf });
      }),
    );
  });

  it('does not open with any bit changed, though the FECF may be absent', () => {
    const managed = { ...MANAGED, fecf: false };
    const frame = sealFrame(HEADER, Uint8Array.of(0xe0, 1, 2), channel, managed) as Uint8Array;
    for (let bit = 0; bit < frame.length * 8; bit++) {
      const changed = frame.slice();
      changed[bit >> 3]! ^= 0x80 >> (bit & 7);
      const header = decodeHeader(changed);
      const scid = header instanceof Fault ? managed.scid : header.scid;
      const opened = openFrame(changed, { ...managed, scid }, () => channel);
      expect(opened, `bit ${bit}`).toBeInstanceOf(Fault);
    }
  });

  it('is refused when too short for its security fields or sealed under no known key', () => {
    const frame = sealFrame(HEADER, Uint8Array.of(0xe0), channel, MANAGED) as Uint8Array;
    expect((openFrame(frame, MANAGED, () => undefined) as Fault).key).toBe('sdls.spi');
    const short = encodeFrame(HEADER, new Uint8Array(30).fill(1), MANAGED);
    expect((openFrame(short, MANAGED, () => channel) as Fault).key).toBe('sdls.short');
  });

  it('never asks for a key under the reserved SPIs', () => {
    for (const spi of [0, 0xffff]) {
      const sealed = sealFrame(HEADER, ONE, new TestChannel(spi, KEY, IV), MANAGED) as Uint8Array;
      expect((openFrame(sealed, MANAGED, () => channel) as Fault).key).toBe('sdls.spi');
    }
  });

  it('hands on the fault of a sealer that has reached its limit', () => {
    const spent: FrameSealer = { spi: 5, seal: () => TAG_FAULT };
    expect(sealFrame(HEADER, ONE, spent, MANAGED)).toBe(TAG_FAULT);
  });

  it('holds as much as protectedTfdfOctetsMax says and no more', () => {
    const room = protectedTfdfOctetsMax(MANAGED);
    expect(sealFrame(HEADER, new Uint8Array(room), channel, MANAGED)).toHaveLength(1024);
    expect(() => sealFrame(HEADER, new Uint8Array(room + 1), channel, MANAGED)).toThrow();
  });
});

interface OpenedFrame {
  readonly header: FrameHeader;
  readonly tfdf: Uint8Array;
}

/** What a receiver does: check the frame, then open its data field. */
function openFrame(
  octets: Uint8Array,
  managed: ManagedParameters,
  findOpener: (spi: number) => FrameOpener | undefined,
): OpenedFrame | Fault {
  const frame = decodeFrame(octets, managed);
  if (frame instanceof Fault) return frame;
  const tfdf = openData(frame, findOpener);
  return tfdf instanceof Fault ? tfdf : { header: frame.header, tfdf };
}

interface HandshakeFrame {
  readonly direction: 'i2r' | 'r2i';
  readonly scid: number;
  readonly vcid: number;
  readonly map: number;
  readonly vcf_count_length: number;
  readonly vcf_count: number;
  readonly counter: number;
  readonly iv: string;
  readonly aad: string;
  readonly tfdf: string;
  readonly frame: string;
}

interface SdlsVector {
  readonly id: string;
  readonly link: string;
  readonly expect: string;
  readonly layout: {
    readonly primary_and_segment_header_octets: number;
    readonly fecf: 'crc16' | 'none';
  };
  readonly key: string;
  readonly spi: number;
  readonly iv: string;
  readonly aad: string;
  readonly tfdf_plaintext: string;
  readonly protected_frame: string;
}

function read<T>(name: string): T {
  const file = new URL(`../../vectors/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** Both ends of a channel that knows no counter and no window, only one IV and a mask. */
class TestChannel implements FrameSealer, FrameOpener {
  readonly spi: number;
  /** The associated data after the mask, in order of use. */
  readonly aads: string[] = [];
  readonly #key: AeadKey;
  readonly #iv: Uint8Array;
  readonly #mask: Mask;

  constructor(spi: number, key: string, iv: string, mask: Mask = WHOLE_MASK) {
    this.spi = spi;
    this.#key = nativeProvider.aead.key(fromHex(key));
    this.#iv = fromHex(iv);
    this.#mask = mask;
  }

  seal(
    aad: Uint8Array,
    tfdf: Uint8Array,
    out: Uint8Array,
    ivAt: number,
    sealedAt: number,
  ): undefined {
    out.set(this.#iv, ivAt);
    this.#key.seal(this.#iv, this.#masked(aad), tfdf, out, sealedAt);
  }

  open(iv: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | Fault {
    return this.#key.open(iv, this.#masked(aad), sealed);
  }

  #masked(aad: Uint8Array): Uint8Array {
    const masked = aad.map(this.#mask);
    this.aads.push(toHex(masked));
    return masked;
  }
}

type Mask = (octet: number, index: number, aad: Uint8Array) => number;

/** Ours: the whole header is authenticated. */
const WHOLE_MASK: Mask = (octet) => octet;

/** The book's default: of the header only VCID and MAP ID. Source: CCSDS 355.0-B-2 §4.2.2.6.2. */
const BOOK_MASK: Mask = (octet, index, aad) =>
  octet & (index >= aad.length - 14 ? 0xff : ([0, 0, 0x07, 0xfe][index] ?? 0));

const KEY = '07'.repeat(32);
const IV = '09'.repeat(12);
const ONE = Uint8Array.of(0xe0);

const MANAGED: ManagedParameters = {
  scid: 257,
  frameOctetsMax: 1024,
  vcfCountOctets: 3,
  fecf: true,
};

const HEADER: FrameHeader = {
  scid: 257,
  sourceOrDestination: 0,
  vcid: 1,
  mapId: 0,
  bypass: true,
  controlCommand: false,
  ocf: false,
  vcfCountOctets: 3,
  vcfCount: 7,
};

/** Which of our checks stops each rejected frame. */
const KEYS: Record<string, string> = {
  'var-tag-bit-a': 'crypto.tag',
  'var-cipher-bit-a': 'crypto.tag',
  'var-iv-bit-a': 'crypto.tag',
  'var-vcid-a': 'crypto.tag',
  'var-scid-a': 'frame.scid',
  'var-spi-zero-a': 'sdls.spi',
  'var-spi-all-ones-a': 'sdls.spi',
};

/** Frames that other tests judge. */
const LATER: Record<string, string> = {
  'base-uslp-ocf-insert-a': 'sdls-mask.test.ts',
  'base-uslp-truncated-a': 'sdls-mask.test.ts',
  ...Object.fromEntries(
    [1, 2, 3, 4, 5, 6, 7].map((step) => [`seq-window-${step}-a`, 'session/static-keys.test.ts']),
  ),
};
