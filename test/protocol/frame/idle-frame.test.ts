import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toHex } from '#protocol/bytes/octets.ts';
import { OID_VCID } from '#protocol/frame/frame-draft.ts';
import { encodeIdleFrame, IdleFill } from '#protocol/frame/idle-frame.ts';
import type { ManagedParameters } from '#protocol/frame/managed-parameters.ts';
import { decodeTfdf, RULE_START, type Tfdf, UPID_IDLE } from '#protocol/frame/tfdf.ts';
import { decodeFrame, type TransferFrame } from '#protocol/frame/uslp.ts';

const { octets: FILL } = (
  JSON.parse(readFileSync(new URL('../../vectors/ccsds-uslp.json', import.meta.url), 'utf8')) as {
    vectors: { id: string; octets: string }[];
  }
).vectors.find(({ id }) => id === 'oid-fill-20')!;

describe('the idle fill', () => {
  it('is that of the vector oid-fill-20, however it is cut', () => {
    const octets = new Uint8Array(20);
    const fill = new IdleFill();
    fill.fill(octets, 0, 3);
    fill.fill(octets, 3, 3);
    fill.fill(octets, 3, 20);
    expect(toHex(octets)).toBe(FILL);
  });

  it('leaves the octets around it alone', () => {
    const octets = new Uint8Array(6);
    new IdleFill().fill(octets, 2, 4);
    expect(toHex(octets)).toBe('0000ffff0000');
  });
});

describe('an idle frame', () => {
  it('is recognised by its virtual channel', () => {
    const frame = encodeIdleFrame(7, new IdleFill(), MANAGED);
    const { header } = decodeFrame(frame, MANAGED) as TransferFrame;
    expect(header).toMatchObject({ vcid: OID_VCID, mapId: 0, vcfCount: 7 });
  });

  it('is refused like any other where its FECF is wrong', () => {
    const frame = encodeIdleFrame(7, new IdleFill(), MANAGED);
    frame[20]! ^= 1;
    expect(decodeFrame(frame, MANAGED)).toMatchObject({ code: 'fecf' });
  });

  it('is not for channels with frames of variable length', () => {
    const frame = encodeIdleFrame(7, new IdleFill(), MANAGED);
    const variable = { ...MANAGED, fixedLength: false };
    expect(decodeFrame(frame, variable)).toMatchObject({ code: 'unsupported-oid' });
  });

  it('carries the fill, all of it valid, which runs on in the next', () => {
    const fill = new IdleFill();
    const zones = [0, 1].map((vcfCount) => {
      const frame = encodeIdleFrame(vcfCount, fill, MANAGED);
      const tfdf = decodeTfdf(frame.subarray(8, -2)) as Tfdf;
      expect(tfdf).toMatchObject({ rule: RULE_START, upid: UPID_IDLE, pointer: 9 });
      return toHex(tfdf.zone);
    });
    expect(zones.join('')).toBe(FILL);
  });

  it('carries insert zone and OCF', () => {
    const managed = { ...MANAGED, insertZoneOctets: 2, ocf: true };
    const extra = { insertZone: Uint8Array.of(1, 2), ocf: Uint8Array.of(3, 4, 5, 6) };
    const frame = encodeIdleFrame(0, new IdleFill(), managed, extra);
    expect(decodeFrame(frame, managed)).toMatchObject(extra);
    expect(toHex(frame.subarray(8, -2))).toBe('01023f0003ffffffff03040506');
  });
});

const MANAGED: ManagedParameters = {
  scid: 257,
  frameOctetsMax: 23,
  vcfCountOctets: 1,
  fecf: true,
  fixedLength: true,
};
