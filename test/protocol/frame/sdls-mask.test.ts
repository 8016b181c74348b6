import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import { cmac } from '@noble/ciphers/aes.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, equal, fromHex, toHex } from '#protocol/bytes/octets.ts';
import { TAG_FAULT } from '#protocol/crypto/faults.ts';
import { Fault } from '#protocol/fault.ts';
import { type AosFrame, draftAosFrame } from '#protocol/frame/aos.ts';
import {
  type AssociationParameters,
  type FrameOpener,
  type FrameSealer,
  openData,
  sealData,
  sealDraft,
  sealFrame,
} from '#protocol/frame/sdls.ts';
import { defaultMask } from '#protocol/frame/sdls-mask.ts';
import { draftTcFrame } from '#protocol/frame/tc.ts';
import { draftTmFrame, type TmFrame } from '#protocol/frame/tm.ts';
import type { TransferFrame } from '#protocol/frame/uslp.ts';
import { beginTruncatedFrame } from '#protocol/frame/uslp-truncated.ts';
import {
  associationOf,
  type Decoded,
  decode,
  frameOf,
  managedOf,
  type SdlsVector,
  vectors,
} from './sdls-vectors.ts';

describe('the ground links of ccsds-sdls.json, and the USLP frames with rarer fields', () => {
  const mine = vectors.filter(({ link, id }) => link !== 'uslp' || RARE_USLP.includes(id));
  const run = mine.filter(({ id }) => !LEFT.includes(id));
  const accepted = run.filter(({ expect }) => expect === 'accept');

  it('are all run here or named below', () => {
    expect(mine.filter(({ id }) => LEFT.includes(id))).toHaveLength(LEFT.length);
    expect([accepted.length, run.length, mine.length]).toEqual([23, 28, 38]);
  });

  it.each(accepted.map((vector) => [vector.id, vector] as const))('%s', (_, vector) => {
    const octets = frameOf(vector);
    const association = associationOf(vector);
    const keys = new TestAssociation(vector, association);
    const frame = decode(vector, octets) as Decoded;
    const data = openData(frame, () => keys, association) as Uint8Array;
    const [from, to] =
      /octets (\d+)\.\.(\d+)/.exec(vector.tfdf_plaintext_range ?? '')?.slice(1) ?? [];
    const plain = vector.tfdf_plaintext ?? toHex(octets.subarray(Number(from), Number(to) + 1));
    expect(toHex(data)).toBe(plain);
    const aad = vector.aad ?? vector.masked_prefix;
    if (aad !== undefined) expect(keys.aads).toEqual([aad]);
    if (vector.algorithm === 'aes-256-cbc') return;
    expect(toHex(seal(vector, frame, data, keys, association))).toBe(toHex(octets));
    if (aad !== undefined) expect(keys.aads).toEqual([aad, aad]);
  });

  it.each(Object.entries(REFUSED))('%s is refused', (id, key) => {
    const vector = run.find((candidate) => candidate.id === id)!;
    const octets = frameOf(vector);
    const frame = decode(vector, octets);
    const association = associationOf(vector);
    const find = () =>
      id === 'tc-rej-spi-unknown' ? undefined : new TestAssociation(vector, association);
    const verdict = frame instanceof Fault ? frame : openData(frame, find, association);
    expect((verdict as Fault).key).toBe(key);
  });
});

describe('a security association', () => {
  const vector = vectors.find(({ id }) => id === 'base-tm-a')!;

  it('refuses a frame whose header is longer than its mask', () => {
    const association = associationOf(vector);
    const keys = new TestAssociation(vector, association);
    const frame = decode(vector, frameOf(vector)) as TmFrame;
    const longer = { prefix: concat([frame.prefix, Uint8Array.of(0, 9)]), data: frame.data };
    expect((openData(longer, () => keys, association) as Fault).key).toBe('sdls.prefix');
  });

  it('opens any octets, with fields of any length, without a throw', () => {
    const opener: FrameOpener = { spi: 5, open: (_iv, _aad, sealed) => sealed.slice() };
    const anySizes = fc.tuple(fc.nat(8), fc.nat(4), fc.nat(2), fc.nat(16), fc.boolean());
    const anyOctets = fc.uint8Array({ maxLength: 40 });
    fc.assert(
      fc.property(anyOctets, anyOctets, anySizes, (prefix, data, [iv, sn, pad, mac, masked]) => {
        const fields = {
          ivOctets: iv,
          sequenceNumberOctets: sn,
          padLengthOctets: pad,
          macOctets: mac,
        };
        const mask = masked ? defaultMask('tm', 6, fields) : undefined;
        const opened = openData({ prefix, data }, () => opener, { ...fields, mask });
        if (!(opened instanceof Fault)) expect(opened.length).toBeGreaterThan(0);
      }),
    );
  });

  it('takes off padding, and refuses more of it than there are data', () => {
    const association = { ...associationOf(vector), mask: undefined, padLengthOctets: 2 };
    const opener: FrameOpener = { spi: 5, open: () => Uint8Array.of(1, 2, 3) };
    const open = (padOctets: number) => {
      const data = new Uint8Array(2 + 12 + 2 + 3 + 16);
      data.set([0, 5]);
      data.set([padOctets >> 8, padOctets], 14);
      return openData({ prefix: new Uint8Array(6), data }, () => opener, association);
    };
    expect(open(0)).toEqual(Uint8Array.of(1, 2, 3));
    expect(open(2)).toEqual(Uint8Array.of(1));
    for (const padOctets of [3, 4, 256]) {
      expect((open(padOctets) as Fault).key).toBe('sdls.padding');
    }
  });

  it('hands on the fault of a sealer that has reached its limit', () => {
    const spent: FrameSealer = { spi: 5, seal: () => TAG_FAULT };
    const association = { ...associationOf(vector), mask: undefined };
    const managed = { scid: 3, frameOctetsMax: 99, fecf: false, segmentHeader: false };
    const flags = { bypass: true, controlCommand: false };
    const draft = draftTcFrame({ ...flags, scid: 3, vcid: 0, sequenceNumber: 0 }, 31, managed);
    expect(sealDraft(draft, Uint8Array.of(1), spent, association)).toBe(TAG_FAULT);
    expect(() => sealDraft(draft, Uint8Array.of(1, 2), spent, association)).toThrow();
  });
});

function seal(
  vector: SdlsVector,
  frame: Decoded,
  data: Uint8Array,
  keys: TestAssociation,
  association: AssociationParameters,
): Uint8Array {
  const managed = managedOf(vector, frameOf(vector));
  if ('segmentHeader' in frame) {
    const { header, segmentHeader } = frame;
    const draft = draftTcFrame(header, frame.data.length, managed, segmentHeader);
    return sealDraft(draft, data, keys, association) as Uint8Array;
  }
  if ('secondaryHeader' in frame) {
    const draft = draftTmFrame(frame.header, managed, frame.secondaryHeader, frame.ocf);
    return sealDraft(draft, data, keys, association) as Uint8Array;
  }
  if ('cycle' in frame.header) {
    const { insertZone, ocf } = frame as AosFrame;
    const draft = draftAosFrame(frame.header, managed, insertZone, ocf);
    return sealDraft(draft, data, keys, association) as Uint8Array;
  }
  if ('vcfCount' in frame.header) {
    const { insertZone, ocf } = frame as TransferFrame;
    const extra = { ...(insertZone && { insertZone }), ...(ocf && { ocf }) };
    return sealFrame(frame.header, data, keys, managed, association, extra) as Uint8Array;
  }
  const octets = beginTruncatedFrame(frame.header, managed);
  expect(sealData(octets, 4, data, keys, association)).toBeUndefined();
  return octets;
}

/** Both ends of an association that knows no window, only one IV and one sequence number. */
class TestAssociation implements FrameSealer, FrameOpener {
  readonly spi: number;
  readonly aads: string[] = [];
  readonly #vector: SdlsVector;
  readonly #association: AssociationParameters;

  constructor(vector: SdlsVector, association: AssociationParameters) {
    this.spi = vector.spi ?? 1;
    this.#vector = vector;
    this.#association = association;
  }

  seal(
    aad: Uint8Array,
    data: Uint8Array,
    out: Uint8Array,
    ivAt: number,
    sealedAt: number,
  ): undefined {
    const { ivOctets, sequenceNumberOctets, mask } = this.#association;
    const iv = fromHex(this.#vector.iv ?? '');
    out.set(iv.subarray(iv.length - ivOctets), ivAt);
    out.set(fromHex(this.#vector.sequence_number ?? ''), ivAt + ivOctets);
    const snAt = ivAt + ivOctets;
    for (let i = ivAt; i < snAt + sequenceNumberOctets; i++) {
      aad[i] = out[i]! & (mask?.[i] ?? (i < snAt ? 0 : 0xff));
    }
    out.set(this.#sealed(aad, data), sealedAt);
  }

  open(numbers: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | Fault {
    const { ivOctets, macOctets } = this.#association;
    const { algorithm, key, iv = '' } = this.#vector;
    const sent = toHex(numbers.subarray(0, ivOctets));
    expect(iv.endsWith(sent)).toBe(true);
    expect(toHex(numbers.subarray(ivOctets))).toBe(this.#vector.sequence_number ?? '');
    const data = sealed.subarray(0, sealed.length - macOctets);
    if (algorithm === 'aes-256-cbc') {
      const ivWhole = Buffer.alloc(16);
      ivWhole.set(fromHex(iv));
      const decipher = createDecipheriv(algorithm, fromHex(key!), ivWhole).setAutoPadding(false);
      return new Uint8Array(decipher.update(data));
    }
    const isGcm = algorithm === 'aes-256-gcm';
    const plain = isGcm
      ? new Uint8Array(createDecipheriv(algorithm, fromHex(key!), fromHex(iv)).update(data))
      : data.slice();
    return equal(this.#sealed(aad, plain), sealed) ? plain : TAG_FAULT;
  }

  #sealed(aad: Uint8Array, data: Uint8Array): Uint8Array {
    this.aads.push(toHex(aad));
    const { macOctets } = this.#association;
    const { algorithm, iv } = this.#vector;
    const key = fromHex(this.#vector.key!);
    if (algorithm === 'aes-256-gcm') {
      const cipher = createCipheriv(algorithm, key, fromHex(iv!)).setAAD(aad);
      const sealed = new Uint8Array(cipher.update(data));
      cipher.final();
      return concat([sealed, cipher.getAuthTag().subarray(0, macOctets)]);
    }
    const input = concat([aad, data]);
    const mac =
      algorithm === 'aes-256-cmac'
        ? cmac(input, key)
        : createHmac(algorithm!.replace('hmac-', ''), key).update(input).digest();
    return concat([data, mac.subarray(0, macOctets)]);
  }
}

const RARE_USLP = ['base-uslp-ocf-insert-a', 'base-uslp-truncated-a'];

/** Which of our checks stops each rejected frame. */
const REFUSED: Record<string, string> = {
  'tc-rej-spi-unknown': 'sdls.spi',
  'tc-rej-frame-length-2': 'frame.length',
  'tc-rej-too-short': 'frame.short',
  'tc-rej-frame-length-4': 'frame.length',
  'astro-gcm-header-changed': 'crypto.tag',
};

/** Frames that session/static-keys.test.ts judges, for they turn on keys and numbers. */
const LEFT = [
  'tc-enc-iv-1',
  'tc-enc-iv-2',
  'tc-gcm-iv-arsn-1',
  'tc-gcm-iv-arsn-2',
  'tc-gcm-iv-arsn-3',
  'tc-rej-key-deactivated',
  'tm-aes-256-cmac-zeros-process',
  'tm-hmac-sha256-zeros-process',
  'tm-hmac-sha512-zeros-process',
  'aos-gcm-empty-data-sn2',
];
