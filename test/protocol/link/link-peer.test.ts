/** The link against a peer that this test plays by hand. */
import { expect, it } from 'vitest';
import { segmentPacket, segmentSdu } from '#protocol/frame/sdu-segmenter.ts';
import { FrameWriter } from '#protocol/link/frame-writer.ts';
import { Handshake, type Session } from '#protocol/session/handshake.ts';
import { LinkPair, optionsOf, SCIDS } from './link-pair.ts';

/** End 0 of a pair, connected to a peer that puts any TFDF it likes on any channel. */
class Peer {
  readonly pair = new LinkPair();
  readonly sessions: Session[] = [];
  readonly #handshake = new Handshake(optionsOf(1));
  readonly #writer = new FrameWriter({
    scid: SCIDS[1],
    frameOctetsMax: 1_400,
    vcfCountOctets: 3,
    fecf: true,
  });

  constructor() {
    // Clear frame: 10 octets of header, 1 of TFDF header, the message, 2 of FECF.
    this.pair.tap = (_from, frame) => {
      const isHandshake = (frame[2]! & 7) === 62 >> 3 && frame[3]! >> 5 === (62 & 7);
      if (isHandshake) this.#handshake.receive(this.pair.now, frame.subarray(11, -2));
      return undefined;
    };
    this.pair.connectEnd(0);
    this.#answer();
  }

  /** One more session, which this side begins. */
  renew(): void {
    this.#handshake.begin(this.pair.now);
    this.#answer();
  }

  /** Sends a protected frame on one of the sessions, by default the first. */
  say(vcid: number, tfdf: Uint8Array, session = this.sessions[0]!): void {
    this.pair.inject(0, this.#writer.seal(vcid, 0, tfdf, session.sendKey) as Uint8Array);
  }

  #answer(): void {
    for (let said = this.#handshake.poll(); said !== undefined; said = this.#handshake.poll()) {
      if (said.kind === 'established') this.sessions.push(said.session);
      if (said.kind !== 'send') continue;
      this.pair.inject(0, this.#writer.clear(segmentSdu(said.message, 1_300).next()!));
    }
  }
}

const CLOSE = Uint8Array.of(0xe5, 0x82, 2, 0);
const OF_THE_FUTURE = Uint8Array.of(0xe5, 0x82, 9, 0);

it('ends a session that the peer closes, and only then', () => {
  const peer = new Peer();
  const [end] = peer.pair.ends;
  peer.say(61, OF_THE_FUTURE);
  expect(end.link.secured).toBe(true);
  peer.pair.send(0, 'done', new Uint8Array(10));
  peer.say(61, CLOSE);
  expect(end.link.secured).toBe(false);
  expect(end.told.map(({ kind }) => kind)).toEqual(['secured', 'sent', 'down']);
  expect(end.of('down')[0]!.reason).toBe('closed by peer');
  expect(end.link.deadline()?.why).toBe('handshake again');
});

it('takes bundles on a replaced session, but no orders', () => {
  const peer = new Peer();
  peer.say(61, OF_THE_FUTURE);
  peer.renew();
  const [first, second] = peer.sessions;
  peer.say(61, OF_THE_FUTURE, second);
  peer.say(61, CLOSE, first);
  peer.say(1, segmentPacket(4, Uint8Array.of(1, 2, 3), 100).next()!, first);
  const [end] = peer.pair.ends;
  expect(end.told.map(({ kind }) => kind)).toEqual(['secured', 'secured', 'received']);
  expect(end.link.secured).toBe(true);
  peer.say(61, CLOSE, second);
  expect(end.link.secured).toBe(false);
});

it('refuses packets of other protocols and malformed link control, but not the session', () => {
  const peer = new Peer();
  peer.say(1, segmentPacket(1, Uint8Array.of(1, 2, 3), 100).next()!);
  peer.say(1, segmentPacket(4, Uint8Array.of(1, 2, 3), 100).next()!);
  peer.say(61, Uint8Array.of(0xe5, 0x80));
  const [end] = peer.pair.ends;
  expect(end.of('received').map(({ bundle }) => bundle)).toEqual([Uint8Array.of(1, 2, 3)]);
  expect(end.link.snapshot().faults).toEqual({ 'link.protocol-id': 1, 'link.control': 1 });
  expect(end.link.secured).toBe(true);
});

it('keeps of a frame no more than the small bundle in it', () => {
  const peer = new Peer();
  const [end] = peer.pair.ends;
  const idle = new Array(100).fill(0xe0);
  peer.say(1, Uint8Array.of(0xe0, 0xf1, 4, 8, 9, ...idle));
  const [received] = end.of('received');
  expect([...received!.bundle]).toEqual([8, 9]);
  expect(received!.bundle.buffer.byteLength).toBe(2);
});
