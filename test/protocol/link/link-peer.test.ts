/** The link against a peer that this test plays by hand. */
import { expect, it } from 'vitest';
import { segmentPacket, segmentSdu } from '#protocol/frame/sdu-segmenter.ts';
import { FrameWriter } from '#protocol/link/frame-writer.ts';
import { Handshake, type Session } from '#protocol/session/handshake.ts';
import { LinkPair, optionsOf, SCIDS } from './link-pair.ts';

/** End 0 of a pair, connected to a peer that puts any TFDF it likes on any channel. */
function meetPeer(): { pair: LinkPair; say: (vcid: number, tfdf: Uint8Array) => void } {
  const pair = new LinkPair();
  const managed = { scid: SCIDS[1], frameOctetsMax: 1_400, vcfCountOctets: 3, fecf: true };
  const writer = new FrameWriter(managed);
  const peer = new Handshake(optionsOf(1));
  let session: Session | undefined;
  // Clear frame: 10 octets of header, 1 of TFDF header, the message, 2 of FECF.
  pair.tap = (_from, frame) => {
    if (session === undefined) peer.receive(pair.now, frame.subarray(11, -2));
    return undefined;
  };
  pair.connectEnd(0);
  for (let said = peer.poll(); said !== undefined; said = peer.poll()) {
    if (said.kind === 'established') session = said.session;
    if (said.kind !== 'send') continue;
    pair.inject(0, writer.clear(segmentSdu(said.message, 1_300).next()!));
  }
  const say = (vcid: number, tfdf: Uint8Array): void =>
    pair.inject(0, writer.seal(vcid, tfdf, session!.sendKey) as Uint8Array);
  return { pair, say };
}

it('ends a session that the peer closes, and only then', () => {
  const { pair, say } = meetPeer();
  const [end] = pair.ends;
  say(61, Uint8Array.of(0xe5, 0x82, 9, 0)); // a type of the future
  expect(end.link.secured).toBe(true);
  pair.send(0, 'done', new Uint8Array(10));
  say(61, Uint8Array.of(0xe5, 0x82, 2, 0));
  expect(end.link.secured).toBe(false);
  expect(end.told.map(({ kind }) => kind)).toEqual(['secured', 'sent', 'down']);
  expect(end.of('down')[0]!.reason).toBe('closed by peer');
  expect(end.link.deadline()?.why).toBe('handshake again');
});

it('refuses packets of other protocols and malformed link control, but not the session', () => {
  const { pair, say } = meetPeer();
  say(1, segmentPacket(1, Uint8Array.of(1, 2, 3), 100).next()!);
  say(1, segmentPacket(4, Uint8Array.of(1, 2, 3), 100).next()!);
  say(61, Uint8Array.of(0xe5, 0x80));
  const [end] = pair.ends;
  expect(end.of('received').map(({ bundle }) => bundle)).toEqual([Uint8Array.of(1, 2, 3)]);
  expect(end.link.snapshot().faults).toEqual({ 'link.protocol-id': 1, 'link.control': 1 });
  expect(end.link.secured).toBe(true);
});
