/** How sessions are taken leave of: CLOSE, and DECLINE where there is none to come back to. */
import { describe, expect, it } from 'vitest';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { fromHex } from '#protocol/bytes/octets.ts';
import { segmentSdu } from '#protocol/frame/sdu-segmenter.ts';
import { FrameWriter } from '#protocol/link/frame-writer.ts';
import type { AdmissionKey } from '#protocol/membership/credentials.ts';
import { signStatement } from '#protocol/membership/statement.ts';
import { sessionLimits } from '#protocol/session/limits.ts';
import { DECLINE, HELLO, REKEY, REKEY_REPLY } from '#protocol/session/message-header.ts';
import { macKeyOf } from '#protocol/session/message-macs.ts';
import { encodeMessage } from '#protocol/session/messages.ts';
import { settle } from '../membership/members.ts';
import { credentialsOf, VECTORS } from '../session/link-handshake-vectors.ts';
import { type LinkPair, SCIDS } from './link-pair.ts';
import { idsOf, securedPair, typeIn } from './rekey-pair.ts';

const S = 1_000_000;
const OFTEN = { session: { limits: sessionLimits({ ageUs: 5 * S }) } };

describe('CLOSE', () => {
  it('leaves nothing to come back by, at either end (LS-1005)', () => {
    const pair = securedPair();
    revoke(pair, 0);
    pair.run(S);
    expect(pair.ends.map((end) => end.of('down')[0]?.reason)).toEqual([
      'not a member: revoked',
      'closed by peer',
    ]);
    for (const { membership } of pair.ends) {
      const { resumeSecrets } = membership.identity;
      for (const scid of SCIDS) expect(resumeSecrets.newest(pair.now, scid)).toBeUndefined();
    }
  });

  it('counts on the session before, where the one after has never been heard on', () => {
    const pair = securedPair(OFTEN);
    const [before] = idsOf(pair);
    // The first end goes over to a new session, and nothing that it says on it arrives.
    const goneOver = () => idsOf(pair)[0] !== before;
    pair.tap = (from, frame) => (from === 0 && typeIn(frame) === undefined ? undefined : frame);
    expect(pair.run(8 * S, goneOver)).toBe(true);
    expect(idsOf(pair)[1]).toBe(before);
    revoke(pair, 1);
    pair.run(20_000);
    expect(pair.ends[0].of('down')).toMatchObject([{ reason: 'closed by peer' }]);
  });
});

describe('A19: a forged DECLINE', () => {
  const { key } = credentialsOf('initiator').admissionKeys[0] as AdmissionKey;

  it('without the admission key changes nothing', () => {
    const said = answered(new Uint8Array(32));
    expect(said.types).toEqual([REKEY, REKEY_REPLY]);
    expect(said.pair.ends[0].link.snapshot()).toMatchObject({ rekeys: 1, failed: {} });
    expect(said.pair.ends[0].link.snapshot().faults).toMatchObject({ 'session.mac1': 1 });
  });

  it('with the admission key costs a first contact, and no session, secret or bundle', () => {
    const { pair, types } = answered(key);
    expect(types.slice(0, 2)).toEqual([REKEY, HELLO]);
    expect(pair.ends[0].link.snapshot().failed).toEqual({ 'rekey.declined': 1 });
    expect(pair.ends.map((end) => end.of('down'))).toEqual([[], []]);
    expect(pair.ends[1].of('received')).toHaveLength(1);
    const [id, other] = idsOf(pair);
    expect(id).toBe(other);
  });

  /** The first REKEY is answered by a forger, at once; then a bundle is sent. */
  function answered(admissionKey: Uint8Array): { pair: LinkPair; types: number[] } {
    const pair = securedPair(OFTEN);
    const types: number[] = [];
    let forged: Uint8Array | undefined;
    pair.tap = (from, frame) => {
      const type = typeIn(frame);
      if (type !== undefined) types.push(type);
      if (from === 0 && type === REKEY) forged ??= declining(frame.subarray(11), admissionKey);
      return frame;
    };
    pair.run(8 * S, () => forged !== undefined);
    pair.inject(0, forged as Uint8Array);
    pair.send(0, 'meanwhile', new Uint8Array(100));
    pair.run(2 * S);
    return { pair, types };
  }
});

/** An end learns that the other is no member any more. */
function revoke(pair: LinkPair, judge: 0 | 1): void {
  const { membership } = pair.ends[judge];
  const { cert_id } = judge === 0 ? VECTORS.responder : VECTORS.initiator;
  const serial = VECTORS.statement_serial + 1;
  const next = { ...membership.statement, serial, revoked: new Set<string>([cert_id]) };
  const root = nativeProvider.curve.ed25519Key(fromHex(VECTORS.root_private));
  membership.adopt(signStatement(next, root));
  settle(membership, pair.now);
  pair.tick(judge);
}

/** A DECLINE of the second end in a frame, for a REKEY of the first. */
function declining(rekey: Uint8Array, admissionKey: Uint8Array): Uint8Array {
  const [destinationScid, sourceScid] = SCIDS;
  const handshakeId = rekey.slice(12, 20);
  const ends = { suite: 1, sourceScid, destinationScid } as const;
  const macKey = macKeyOf(admissionKey, destinationScid);
  const message = encodeMessage({ type: DECLINE, ...ends, handshakeId }, macKey);
  const channel = { scid: sourceScid, frameOctetsMax: 1_400, vcfCountOctets: 3, fecf: true };
  return new FrameWriter(channel).clear(segmentSdu(message, 1_300).next() as Uint8Array);
}
