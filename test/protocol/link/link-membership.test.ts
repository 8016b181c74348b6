/** What a link does when the constellation changes: it passes on, ends, waits. */
import { describe, expect, it } from 'vitest';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { fromHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import {
  type Certificate,
  decodeCertificate,
  issueCertificate,
} from '#protocol/membership/certificate.ts';
import type { Credentials } from '#protocol/membership/credentials.ts';
import { type ConstellationStatement, signStatement } from '#protocol/membership/statement.ts';
import { memberOf, settle } from '../membership/members.ts';
import { TestRandom } from '../session/endpoint.ts';
import { credentialsOf, VECTORS } from '../session/link-handshake-vectors.ts';
import { LinkPair, type PairOptions } from './link-pair.ts';

const S = 1_000_000;
const { curve } = nativeProvider;
const SERIAL = VECTORS.statement_serial;
const PEER = VECTORS.responder;

describe('a newer statement', () => {
  it.each([0, 1] as const)('goes over when the session comes up, from end %i', (ahead) => {
    const newer = { statement: signed({ serial: SERIAL + 1 }) };
    const pair = paired({ credentials: ahead === 0 ? [newer, {}] : [{}, newer] });
    pair.run(S);
    expect(serials(pair)).toEqual([SERIAL + 1, SERIAL + 1]);
    expect(faults(pair)).toEqual([{}, {}]);
  });

  it.each([0, 1] as const)('goes over at once when end %i learns of it', (first) => {
    const pair = paired();
    pair.run(S);
    learn(pair, first, signed({ serial: SERIAL + 1 }));
    pair.run(20_000);
    expect(serials(pair)).toEqual([SERIAL + 1, SERIAL + 1]);
    expect(pair.ends.map((end) => end.of('down'))).toEqual([[], []]);
  });

  it('goes over in as many frames as it takes', () => {
    const pair = paired({ frameOctetsMax: 300 });
    pair.run(S);
    const before = pair.ends.map(({ left }) => left.length);
    const octets = signed({ serial: SERIAL + 1, revoked: fullHouse() });
    expect(octets.length).toBeGreaterThan(8_000);
    learn(pair, 0, octets);
    pair.run(S);
    expect(serials(pair)).toEqual([SERIAL + 1, SERIAL + 1]);
    const frames = pair.ends.map(({ left }, end) => left.length - before[end]!);
    expect(frames[0]).toBeGreaterThan(octets.length / 300);
    expect(frames[1], 'and it does not come back').toBeLessThan(3);
  });

  it('goes over in the end when it is lost on the way', () => {
    const pair = paired();
    pair.run(S);
    pair.tap = (from, frame) => (from === 0 && frame.length > 150 ? undefined : frame);
    learn(pair, 0, signed({ serial: SERIAL + 1 }));
    pair.run(S);
    expect(serials(pair)).toEqual([SERIAL + 1, SERIAL]);
    pair.tap = (_, frame) => frame;
    pair.run(61 * S);
    expect(serials(pair)).toEqual([SERIAL + 1, SERIAL + 1]);
  });

  it('A13: that is a fork of the one held is not taken, and the other end raises an alarm', () => {
    const fork = signed({ serial: SERIAL, leastBoots: new Map([[9, 9]]) });
    const pair = paired({ credentials: [{ statement: fork }, {}] });
    pair.run(S);
    // Equal serials are not sent, so the fork comes to light when somebody hands it in.
    expect(pair.ends[1].membership.adopt(fork)).toHaveProperty('code', 'statement-forked');
    expect(settle(pair.ends[1].membership)).toContainEqual({ kind: 'forked', serial: SERIAL });
    expect(pair.ends.map((end) => end.of('down'))).toEqual([[], []]);
  });

  it.each<[string, Partial<ConstellationStatement>]>([
    ['revoked', { revoked: new Set([PEER.cert_id]) }],
    ['epoch-old', { epoch: 10 }],
    ['issuer-unknown', { issuerPublicKeys: [new Uint8Array(32).fill(9)] }],
    ['boot-old', { leastBoots: new Map([[PEER.scid, 200]]) }],
  ])('A12: ends the session of a peer that is %s, and tells both sides why', (code, change) => {
    const pair = paired();
    pair.run(S);
    // A frame of the peer is on its way when the statement comes.
    pair.send(1, 'late', new Uint8Array(100));
    pair.ends[0].membership.adopt(signed({ serial: SERIAL + 1, ...change }));
    pair.run(60 * S);
    expect(pair.ends[0].of('received')).toEqual([]);
    expect(pair.ends[0].of('down')).toMatchObject([{ reason: `not a member: ${code}` }]);
    expect(pair.ends[1].of('down')).toMatchObject([{ reason: 'closed by peer' }]);
    expect(pair.ends.map(({ link }) => link.secured)).toEqual([false, false]);
    const refusals = pair.ends[0].link.snapshot().faults;
    expect(refusals[`session.${code}`], 'and every new attempt').toBeGreaterThan(1);
  });

  it('A12: comes between REPLY and FINISH, and counts', () => {
    const pair = new LinkPair();
    let frames = 0;
    pair.tap = (from, frame) => {
      // HELLO, then FINISH.
      if (from === 0 && ++frames === 2) {
        const own = VECTORS.initiator.cert_id;
        learn(pair, 1, signed({ serial: SERIAL + 1, revoked: new Set([own]) }));
      }
      return frame;
    };
    pair.connect();
    pair.run(3 * S);
    expect(pair.ends.map((end) => end.of('secured'))).toEqual([[], []]);
    expect(pair.ends[1].link.snapshot().faults).toHaveProperty(['session.revoked']);
  });

  it('A12: that revoked the peer before it came keeps it out', () => {
    const statement = signed({ serial: SERIAL + 1, revoked: new Set([PEER.cert_id]) });
    const pair = paired({ credentials: [{ statement }, {}] });
    pair.run(30 * S);
    expect(pair.ends.map((end) => end.of('secured'))).toEqual([[], []]);
    expect(pair.ends[0].link.snapshot().faults).toHaveProperty(['session.revoked']);
  });

  it.each([0, 1] as const)('A12: bars the way back of a session before, at end %i', (judge) => {
    const pair = paired();
    pair.run(S);
    for (const end of [0, 1] as const) pair.disconnectEnd(end);
    const other = judge === 0 ? VECTORS.responder : VECTORS.initiator;
    learn(pair, judge, signed({ serial: SERIAL + 1, revoked: new Set([other.cert_id]) }));
    pair.run(S);
    pair.connect();
    pair.run(60 * S);
    expect(pair.ends.map((end) => end.of('secured').length)).toEqual([1, 1]);
    expect(pair.ends[judge].link.snapshot().faults).toHaveProperty(['session.revoked']);
  });

  it.each([0, 1] as const)('A12: counts for a return under way, at end %i', (judge) => {
    const pair = paired();
    pair.run(S);
    for (const end of [0, 1] as const) pair.disconnectEnd(end);
    const other = judge === 0 ? VECTORS.responder : VECTORS.initiator;
    const octets = signed({ serial: SERIAL + 1, revoked: new Set([other.cert_id]) });
    let frames = 0;
    pair.tap = (_, frame) => {
      // The first frame of the return is on its way.
      if (++frames === 1) learn(pair, judge, octets);
      return frame;
    };
    pair.connect();
    pair.run(60 * S);
    expect(pair.ends.map((end) => end.of('secured').length)).toEqual([1, 1]);
  });

  it('of another epoch leaves a session alone that it has nothing against', () => {
    const pair = paired();
    pair.run(S);
    learn(pair, 0, signed({ serial: SERIAL + 1, epoch: 8 }));
    pair.run(S);
    pair.send(0, 'one', new Uint8Array(50));
    pair.send(1, 'two', new Uint8Array(50));
    pair.run(S);
    expect(pair.ends.map((end) => end.of('received').length)).toEqual([1, 1]);
    settle(pair.ends[1].membership, pair.now);
    expect(pair.ends.map(({ membership }) => membership.identity.boot)).toEqual([101, 101]);
    expect(pair.ends.map((end) => end.of('down'))).toEqual([[], []]);
  });

  it('of another epoch, in the middle of a handshake, lets it end under the boot it began in', () => {
    const pair = new LinkPair();
    let frames = 0;
    pair.tap = (from, frame) => {
      if (from === 0 && ++frames === 1) learn(pair, 0, signed({ serial: SERIAL + 1, epoch: 8 }));
      return frame;
    };
    pair.connect();
    pair.run(S);
    expect(pair.ends[0].membership.identity.boot).toBe(101);
    expect(pair.ends.map(({ link }) => link.secured)).toEqual([true, true]);
  });
});

describe('a peer whose certificate begins in an epoch to come', () => {
  it.each([0, 1] as const)('A11: is in limbo until its statement is there, at end %i', (behind) => {
    const pair = paired({ credentials: behind === 0 ? [{}, ahead()] : [aheadInitiator(), {}] });
    const other = behind === 0 ? 1 : 0;
    pair.run(S);
    expect(serials(pair)).toEqual([SERIAL + 1, SERIAL + 1]);
    expect(pair.ends.map((end) => end.of('secured').length)).toEqual([1, 1]);
    pair.send(other, 'from the future', new Uint8Array(3_000));
    pair.send(behind, 'from the past', new Uint8Array(3_000));
    pair.run(S);
    expect(pair.ends.map((end) => end.of('received').length)).toEqual([1, 1]);
    expect(faults(pair)).toEqual([{}, {}]);
  });

  it('A11: loses nothing that it sends as soon as it can', () => {
    const pair = paired({ credentials: [{}, ahead()] });
    pair.send(1, 'at once', new Uint8Array(3_000));
    pair.send(0, 'as well', new Uint8Array(3_000));
    pair.run(S);
    expect(pair.ends.map((end) => end.of('received').length)).toEqual([1, 1]);
  });

  it('A11: may not send bundles in limbo, and is out after a minute', () => {
    const pair = new LinkPair({ credentials: [{}, ahead()] });
    let secured = false;
    pair.tap = (from, frame) => {
      // Handshake messages pass; of what is protected, the statement does not, being long.
      if (pair.ends[1].of('secured').length > 0) secured = true;
      return from === 1 && secured && frame.length > 150 ? undefined : frame;
    };
    pair.connect();
    pair.run(S);
    expect(pair.ends.map(({ link }) => link.secured)).toEqual([false, true]);
    pair.send(1, 'too early', new Uint8Array(20));
    pair.send(0, 'waits', new Uint8Array(20));
    pair.run(50 * S);
    expect(pair.ends[0].of('received')).toEqual([]);
    expect(pair.ends[0].link.snapshot().faults).toMatchObject({ 'session.epoch-ahead': 1 });
    expect(pair.ends[1].of('received')).toEqual([]);
    pair.run(10 * S);
    expect(pair.ends[0].of('secured')).toEqual([]);
    expect(pair.ends[0].of('unsent')).toMatchObject([{ id: 'waits' }]);
    expect(pair.ends[1].of('down')).toMatchObject([{ reason: 'closed by peer' }]);
    secured = false;
    pair.tap = (_, frame) => frame;
    pair.run(60 * S);
    expect(
      pair.ends.map(({ link }) => link.secured),
      'and in once it arrives',
    ).toEqual([true, true]);
  });

  it('A11: is in as soon as a lost statement has been said again', () => {
    const pair = new LinkPair({ credentials: [{}, ahead()] });
    let lost = 0;
    pair.tap = (from, frame) => {
      const isStatement = from === 1 && pair.ends[1].of('secured').length > 0 && frame.length > 150;
      return isStatement && lost++ === 0 ? undefined : frame;
    };
    pair.connect();
    pair.run(9 * S);
    expect(pair.ends[0].link.secured).toBe(false);
    pair.run(3 * S);
    expect(pair.ends[0].link.secured).toBe(true);
  });

  it('A11: is out at once when the statement has something else against it', () => {
    const revoked = new Set([PEER.cert_id]);
    const statement = signed({ serial: SERIAL + 2, epoch: 8, revoked });
    const pair = paired({ credentials: [{}, { ...ahead(), statement }] });
    pair.run(5 * S);
    expect(pair.ends[0].of('secured')).toEqual([]);
    expect(pair.ends[0].link.snapshot().faults).toHaveProperty(['session.revoked']);
  });

  it('A10: with the boot of an earlier epoch is refused two epochs later', () => {
    const pair = new LinkPair({ credentials: [{ statement: signed({ serial: SERIAL + 1 }) }, {}] });
    // The peer is dark, and so its key statement is still of epoch 7 when the others are in 9.
    learn(pair, 0, signed({ serial: SERIAL + 2, epoch: 9 }));
    pair.connect();
    pair.run(3 * S);
    expect(pair.ends[0].of('secured')).toEqual([]);
    expect(pair.ends[0].link.snapshot().faults).toHaveProperty(['session.epoch-old']);
  });
});

function paired(options: PairOptions = {}): LinkPair {
  const pair = new LinkPair(options);
  pair.connect();
  return pair;
}

/** A statement reaches an end from elsewhere: ground, or another link. */
function learn(pair: LinkPair, index: 0 | 1, statement: Uint8Array): void {
  const { membership } = pair.ends[index];
  expect(membership.adopt(statement)).toBe('adopted');
  settle(membership, pair.now);
  // The satellite ticks every link after an adoption.
  pair.tick(index);
}

function serials(pair: LinkPair): number[] {
  return pair.ends.map(({ membership }) => membership.statement.serial);
}

function faults(pair: LinkPair): Readonly<Record<string, number>>[] {
  return pair.ends.map(({ link }) => link.snapshot().faults);
}

/** Credentials of the second end for the epoch after the first one's. */
function ahead(): Partial<Credentials> {
  return inEpochs('responder');
}

function aheadInitiator(): Partial<Credentials> {
  return inEpochs('initiator');
}

function inEpochs(side: 'initiator' | 'responder'): Partial<Credentials> {
  const decoded = decodeCertificate(credentialsOf(side).certificate);
  if (decoded instanceof Fault) throw new Error(decoded.key);
  const claims: Certificate = { ...decoded.certificate, firstEpoch: 8, lastEpoch: 9 };
  return {
    certificate: issueCertificate(claims, curve.ed25519Key(fromHex(VECTORS.issuer_private))),
    statement: signed({ serial: SERIAL + 1, epoch: 8 }),
  };
}

function fullHouse(): Set<string> {
  const ids = Array.from({ length: 512 }, (_, n) => n.toString(16).padStart(32, '0'));
  return new Set(ids);
}

function signed(change: Partial<ConstellationStatement>): Uint8Array {
  const credentials = credentialsOf('initiator');
  const { statement } = memberOf(credentials, 1, nativeProvider, new TestRandom('statement'));
  return signStatement(
    { ...statement, ...change },
    curve.ed25519Key(fromHex(VECTORS.root_private)),
  );
}
