/** The link against a peer that this test plays by hand. */
import { expect, it } from 'vitest';
import { segmentSdu } from '#protocol/frame/sdu-segmenter.ts';
import { FrameWriter } from '#protocol/link/frame-writer.ts';
import { Handshake, type Session } from '#protocol/session/handshake.ts';
import { LinkPair, optionsOf, SCIDS } from './link-pair.ts';

const CLOSE = Uint8Array.of(0xe5, 0x82, 2, 0);
const UNKNOWN = Uint8Array.of(0xe5, 0x82, 9, 0);

it('ends a session that the peer closes, and only then', () => {
  const pair = new LinkPair();
  const [{ link }] = pair.ends;
  const managed = { scid: SCIDS[1], frameOctetsMax: 1_400, vcfCountOctets: 3, fecf: true };
  const writer = new FrameWriter(managed);
  const peer = new Handshake(optionsOf(1));
  let session: Session | undefined;
  const hear = (message: Uint8Array): void => peer.receive(pair.now, message);
  const speak = (): void => {
    for (let said = peer.poll(); said !== undefined; said = peer.poll()) {
      if (said.kind === 'established') session = said.session;
      if (said.kind !== 'send') continue;
      pair.inject(0, writer.clear(segmentSdu(said.message, 1_300).next()!));
    }
  };
  // Clear frame: 10 octets of header, 1 of TFDF header, the message, 2 of FECF.
  pair.tap = (_from, frame) => {
    if (session === undefined) hear(frame.subarray(11, -2));
    return undefined;
  };
  pair.connectEnd(0);
  speak();
  speak();
  const control = (tfdf: Uint8Array) =>
    pair.inject(0, writer.seal(61, tfdf, session!.sendKey) as Uint8Array);
  control(UNKNOWN);
  expect(link.secured).toBe(true);
  pair.send(0, 'done', new Uint8Array(10));
  control(CLOSE);
  expect(link.secured).toBe(false);
  expect(pair.ends[0].told.map(({ kind }) => kind)).toEqual(['secured', 'sent', 'down']);
  expect(pair.ends[0].of('down')[0]!.reason).toBe('closed by peer');
  expect(link.deadline()?.why).toBe('handshake again');
});
