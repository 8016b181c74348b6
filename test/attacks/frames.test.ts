/**
 * Protected frames in the hands of somebody on the wire, who can also mend the error control field:
 * damaged, cut, lengthened, moved to another channel, or replaced by clear ones.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { concat } from '#protocol/bytes/octets.ts';
import type { Fault } from '#protocol/fault.ts';
import { encodeEncapsulationHeader } from '#protocol/frame/encapsulation.ts';
import { writeFecf } from '#protocol/frame/fecf.ts';
import { openData } from '#protocol/frame/sdls.ts';
import { segmentSdu } from '#protocol/frame/sdu-segmenter.ts';
import { encodeTfdf, POINTER_NONE, RULE_WHOLE } from '#protocol/frame/tfdf.ts';
import { encodeFrame, headerOctets } from '#protocol/frame/uslp.ts';
import { ReceiveKey, SendKey } from '#protocol/session/keys.ts';
import { LinkPair, SCIDS } from '../protocol/link/link-pair.ts';
import { headerOf, MANAGED, Member } from './member.ts';

const BUNDLE_VCIDS = [0, 1, 2, 3];
const CONTROL_VCID = 61;
const HANDSHAKE_VCID = 62;
const HEADER_OCTETS = headerOctets(MANAGED.vcfCountOctets);

/** A link that is attacked, and a member whose frames the attacker has. */
let pair: LinkPair;
let member: Member;

beforeEach(() => {
  pair = new LinkPair();
  member = new Member(pair);
  pair.inject(1, member.seal(CONTROL_VCID, KEEPALIVE));
  expect(pair.ends[1].link.secured).toBe(true);
});

describe('a protected frame that was changed', () => {
  it.each(BUNDLE_VCIDS)(
    'A05: in any bit, on VC %i, is refused, and then the original comes in',
    (vcid) => {
      const frame = member.seal(vcid, bundleField(Uint8Array.of(1, 2, 3)));
      for (let bit = 0; bit < frame.length * 8; bit++) {
        const changed = frame.slice();
        changed[bit >> 3]! ^= 1 << (bit & 7);
        refused(changed, `bit ${bit}`);
        refused(
          mended(changed),
          `bit ${bit}, with a FECF that holds`,
          bit >> 3 >= frame.length - 2,
        );
      }
      expect(delivered(frame)).toEqual([Uint8Array.of(1, 2, 3)]);
    },
  );

  it('A05: in any bit is refused where it carries link control', () => {
    const frame = member.seal(CONTROL_VCID, CLOSE);
    for (let bit = 0; bit < (frame.length - 2) * 8; bit++) {
      const changed = frame.slice();
      changed[bit >> 3]! ^= 1 << (bit & 7);
      refused(mended(changed), `bit ${bit}`);
    }
    pair.inject(1, frame);
    expect(pair.ends[1].of('down')).toHaveLength(1);
  });

  it('A05: in one of many bits of a long frame is refused, and then the original comes in', () => {
    const bundle = Uint8Array.from({ length: 1_300 }, (_, at) => at);
    const frame = member.seal(2, bundleField(bundle));
    // A step that meets every octet position modulo 8 and all bits of an octet.
    for (let bit = 0; bit < (frame.length - 2) * 8; bit += 37) {
      const changed = frame.slice();
      changed[bit >> 3]! ^= 1 << (bit & 7);
      refused(mended(changed), `bit ${bit}`);
    }
    expect(delivered(frame)).toEqual([bundle]);
  });

  it('A06: in length is refused, whether its length field and its FECF were adapted or not', () => {
    const frame = member.seal(1, bundleField(Uint8Array.of(9, 8, 7)));
    for (let length = 0; length <= frame.length + 64; length++) {
      if (length === frame.length) continue;
      const changed = new Uint8Array(length);
      changed.set(frame.subarray(0, length));
      refused(changed, `${length} octets`);
      if (length < HEADER_OCTETS) continue;
      refused(mended(changed), `${length} octets, with a FECF that holds`);
      refused(mended(withLengthField(changed, length)), `${length} octets, length field adapted`);
    }
    expect(delivered(frame)).toEqual([Uint8Array.of(9, 8, 7)]);
  });

  it('A06: in nothing but its length field is refused', () => {
    const frame = member.seal(1, bundleField(Uint8Array.of(9, 8, 7)));
    for (let length = 1; length <= 2 ** 16; length += length < 200 ? 1 : 997) {
      if (length === frame.length) continue;
      refused(mended(withLengthField(frame.slice(), length)), `length field ${length}`);
    }
    expect(delivered(frame)).toEqual([Uint8Array.of(9, 8, 7)]);
  });
});

describe('a protected frame under another header', () => {
  it('A28: of another virtual channel does not open', () => {
    for (const from of [...BUNDLE_VCIDS, CONTROL_VCID]) {
      const frame = member.seal(from, from === CONTROL_VCID ? KEEPALIVE : bundleField(ONE));
      for (const to of [...BUNDLE_VCIDS, CONTROL_VCID]) {
        if (to === from) continue;
        expect(faultOf(mended(withVcid(frame, to))), `${from} → ${to}`).toBe('session.frame-auth');
      }
      // To where nothing is protected, it moves as what nobody there understands.
      refused(mended(withVcid(frame, HANDSHAKE_VCID)), 'the handshake channel', false, true);
    }
  });

  it('A28: of another MAP, spacecraft or flag is refused', () => {
    const frame = member.seal(1, bundleField(ONE));
    for (let bit = 0; bit < HEADER_OCTETS * 8; bit++) {
      const changed = frame.slice();
      changed[bit >> 3]! ^= 0x80 >> (bit & 7);
      refused(mended(changed), `bit ${bit}`);
    }
    expect(delivered(frame)).toEqual([ONE]);
  });

  it('A28: with any bit of its header changed fails in the tag, whatever is checked before', () => {
    const key = new Uint8Array(32).fill(7);
    const fixed = Uint8Array.of(1, 2, 3, 4);
    const sender = new SendKey(300, nativeProvider.aead.key(key), fixed);
    const prefix = encodeFrame(headerOf(1, 5), ONE, MANAGED).subarray(0, HEADER_OCTETS);
    const data = new Uint8Array(2 + 12 + 5 + 16);
    data.set([300 >> 8, 300 & 0xff]);
    const aad = concat([prefix, data.subarray(0, 14)]);
    expect(sender.seal(aad, new Uint8Array(5), data, 2, 14)).toBeUndefined();
    const receiver = new ReceiveKey(300, nativeProvider.aead.key(key), fixed);
    for (let bit = 0; bit < HEADER_OCTETS * 8; bit++) {
      const changed = prefix.slice();
      changed[bit >> 3]! ^= 0x80 >> (bit & 7);
      const opened = openData({ prefix: changed, data }, () => receiver);
      expect((opened as Fault).key, `bit ${bit}`).toBe('session.frame-auth');
    }
    expect(openData({ prefix, data }, () => receiver)).toEqual(new Uint8Array(5));
  });
});

describe('a frame that comes back to the node that sent it', () => {
  it('A07: is refused as it is, and under the SCID of the peer', () => {
    const own: Uint8Array[] = [];
    pair.tap = (from, frame) => {
      if (from === 1) own.push(frame.slice());
      return undefined;
    };
    pair.send(1, 'b', Uint8Array.of(1, 2, 3));
    pair.run(12_000_000);
    const sealed = own.filter((frame) => vcidOf(frame) !== HANDSHAKE_VCID);
    expect(new Set(sealed.map(vcidOf))).toEqual(new Set([1, CONTROL_VCID]));
    for (const frame of sealed) {
      expect(faultOf(frame)).toBe('frame.scid');
      const moved = frame.slice();
      moved[0] = (moved[0]! & 0xf0) | (SCIDS[0] >> 12);
      moved[1] = SCIDS[0] >> 4;
      moved[2] = (SCIDS[0] << 4) | (moved[2]! & 15);
      expect(faultOf(mended(moved))).toBe('session.sa-unknown');
      // Under an SPI that this end opens it is still not of the peer.
      const { spi } = member.session.sendKey;
      moved.set([spi >> 8, spi & 0xff], HEADER_OCTETS);
      expect(faultOf(mended(moved))).toBe('session.iv-fixed');
    }
  });
});

describe('a clear frame', () => {
  it('A31: is refused on every virtual channel that is to be protected', () => {
    for (const vcid of BUNDLE_VCIDS) {
      const clear = encodeFrame(headerOf(vcid, 0), bundleField(ONE), MANAGED);
      expect(faultOf(clear), `VC ${vcid}`).toBe('link.clear-refused');
    }
    const control = encodeFrame(headerOf(CONTROL_VCID, 0), CLOSE, MANAGED);
    expect(faultOf(control)).toBe('link.clear-refused');
    expect(pair.ends[1].of('down')).toEqual([]);
  });

  it('A31: is refused on every other virtual channel as well', () => {
    for (let vcid = 4; vcid < 64; vcid++) {
      if (vcid === CONTROL_VCID || vcid === HANDSHAKE_VCID) continue;
      refused(encodeFrame(headerOf(vcid, 0), bundleField(ONE), MANAGED), `VC ${vcid}`);
    }
  });

  it('A31: on the handshake channel delivers neither bundles nor link control', () => {
    let count = 100;
    const fields = [bundleField(ONE), KEEPALIVE, CLOSE, segmentSdu(bundleField(ONE), 100).next()!];
    for (const field of fields) {
      refused(encodeFrame(headerOf(HANDSHAKE_VCID, count++), field, MANAGED), 'VC 62', false, true);
    }
  });

  it('A31: on the handshake channel of a type that there is not is dropped and counted', () => {
    let count = 200;
    for (let type = 0; type < 256; type++) {
      if (type >= 1 && type <= 7) continue;
      const message = new Uint8Array(60);
      message.set([type, 1, 1]);
      const view = new DataView(message.buffer);
      view.setUint16(4, message.length);
      view.setUint16(6, SCIDS[0]);
      view.setUint16(8, SCIDS[1]);
      const field = segmentSdu(message, 1_000).next()!;
      const before = pair.ends[1].link.snapshot().faults['session.header'] ?? 0;
      pair.inject(1, encodeFrame(headerOf(HANDSHAKE_VCID, count++), field, MANAGED));
      const after = pair.ends[1].link.snapshot().faults['session.header'] ?? 0;
      expect(after, `type ${type}`).toBeGreaterThan(before);
    }
    expect(pair.ends[1].of('received')).toEqual([]);
    expect(delivered(member.seal(1, bundleField(ONE)))).toEqual([ONE]);
  });
});

const ONE = Uint8Array.of(1);
const KEEPALIVE = Uint8Array.of(0xe5, 0x81, 1);
const CLOSE = Uint8Array.of(0xe5, 0x82, 2, 1);

/**
 * The link answers with nothing and changes in nothing but its counters. `same` is for a change
 * that mending takes back; `unread` for octets that are heard and lead to nothing.
 */
function refused(octets: Uint8Array, what: string, same = false, unread = false): void {
  if (same) return;
  const end = pair.ends[1];
  const [told, left] = [end.told.length, end.left.length];
  pair.inject(1, octets.slice());
  const news = end.told.slice(told);
  if (!unread) expect(news.length, what).toBeGreaterThan(0);
  expect(
    news.filter(({ kind }) => kind !== 'fault'),
    what,
  ).toEqual([]);
  expect(end.left.length, what).toBe(left);
  expect(end.link.secured, what).toBe(true);
}

/** The one fault that the octets give. */
function faultOf(octets: Uint8Array): string {
  const before = pair.ends[1].of('fault').length;
  refused(octets, 'refused');
  const faults = pair.ends[1].of('fault').slice(before);
  expect(faults).toHaveLength(1);
  return faults[0]!.fault.key;
}

function delivered(frame: Uint8Array): Uint8Array[] {
  const before = pair.ends[1].of('received').length;
  pair.inject(1, frame.slice());
  return pair.ends[1]
    .of('received')
    .slice(before)
    .map(({ bundle }) => bundle);
}

/** A bundle's packet, whole, in a data field. */
function bundleField(bundle: Uint8Array): Uint8Array {
  const headerLength = bundle.length <= 0xff - 2 ? 2 : 4;
  const zone = new Uint8Array(headerLength + bundle.length);
  encodeEncapsulationHeader(4, bundle.length, zone, 0);
  zone.set(bundle, headerLength);
  return encodeTfdf({ rule: RULE_WHOLE, upid: 0, pointer: POINTER_NONE, zone });
}

/** With an error control field that holds. */
function mended(octets: Uint8Array): Uint8Array {
  const copy = octets.slice();
  writeFecf(copy);
  return copy;
}

function withLengthField(octets: Uint8Array, length: number): Uint8Array {
  octets[4] = (length - 1) >> 8;
  octets[5] = length - 1;
  return octets;
}

function vcidOf(frame: Uint8Array): number {
  return ((frame[2]! & 7) << 3) | (frame[3]! >> 5);
}

function withVcid(frame: Uint8Array, vcid: number): Uint8Array {
  const moved = frame.slice();
  moved[2] = (moved[2]! & 0xf8) | (vcid >> 3);
  moved[3] = (moved[3]! & 0x1f) | (vcid << 5);
  return moved;
}
