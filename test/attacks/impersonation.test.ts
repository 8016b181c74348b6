/** Members that would be another member: by its certificate, its key statement or its stolen key. */
import { beforeEach, describe, expect, it } from 'vitest';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { toHex } from '#protocol/bytes/octets.ts';
import type { X25519Key } from '#protocol/crypto/ports.ts';
import { Fault } from '#protocol/fault.ts';
import { decodeCertificate } from '#protocol/membership/certificate.ts';
import { signKeyStatement } from '#protocol/membership/key-statement.ts';
import { macKeyOf, writeMac1 } from '#protocol/session/message-macs.ts';
import { Chance } from '../protocol/link/link-pair.ts';
import {
  authority,
  CREDENTIALS,
  drain,
  Endpoint,
  SCID_A,
  SCID_B,
  wireOf,
} from '../protocol/session/endpoint.ts';
import { Pair } from '../simulation/pair.ts';
import { type Claim, inTheNameOf, keyPair, playInitiator, playResponder } from './insider.ts';

/** M is a member like A and B, with the spacecraft id 771. */
const SCID_M = 771;
const M = authority.issue({ eid: 'ipn:771.0', scids: [SCID_M], roles: 1 });

let a: Endpoint;
let b: Endpoint;

beforeEach(() => {
  [a, b] = [new Endpoint('a'), new Endpoint('b')];
});

describe('the insider of the tests', () => {
  it('gets its sessions when all that it claims is true', () => {
    const truth = keyPair(1);
    playInitiator(b, claimOf(CREDENTIALS.a, CREDENTIALS.a, truth));
    playResponder(a, claimOf(CREDENTIALS.b, CREDENTIALS.b, truth));
    expect([outcome(a), outcome(b)]).toEqual(['established', 'established']);
  });
});

describe('an insider between two members', () => {
  const own = keyPair(1);

  it('A08: with the certificate of another has no key statement that fits', () => {
    playInitiator(b, claimOf(CREDENTIALS.a, M, own));
    playResponder(a, claimOf(CREDENTIALS.b, M, own));
    expect([outcome(a), outcome(b)]).toEqual(['session.hks-sig', 'session.hks-sig']);
  });

  it('A08: with certificate and key statement of another has not the key that they name', () => {
    playInitiator(b, { ...truthOf(a), staticKey: own });
    playResponder(a, { ...truthOf(b), staticKey: own });
    expect([outcome(a), outcome(b)]).toEqual(['session.hks-key', 'session.hks-key']);
  });

  it('A08: with all public things of another, static key included, cannot go on', () => {
    const known = (end: Endpoint) => inTheNameOf(end.membership.identity.staticKey.publicKey, own);
    playInitiator(b, { ...truthOf(a), staticKey: known(a) });
    playResponder(a, { ...truthOf(b), staticKey: known(b) });
    expect([outcome(a), outcome(b)]).toEqual(['session.noise-auth', 'session.noise-auth']);
  });

  it('A08: cannot vouch for the static key of another and answer with its own', () => {
    const theirs = a.membership.identity.staticKey.publicKey;
    const statement = claimOf(M, M, inTheNameOf(theirs, own)).keyStatement;
    playInitiator(b, { staticKey: own, certificate: M.certificate, keyStatement: statement });
    expect(outcome(b)).toBe('session.scid-not-in-cert');
    // Even a certificate for the spacecraft id of A would not do.
    const other = new Endpoint('b');
    const certificate = certificateWith([SCID_A]);
    const keyStatement = statementOf(certificate, theirs);
    playInitiator(other, { staticKey: own, certificate, keyStatement });
    expect(outcome(other)).toBe('session.hks-key');
  });

  it('A08: that vouches for the static key of another and uses it in Noise cannot go on', () => {
    const certificate = certificateWith([SCID_A]);
    const theirs = a.membership.identity.staticKey.publicKey;
    const keyStatement = statementOf(certificate, theirs);
    playInitiator(b, { staticKey: inTheNameOf(theirs, own), certificate, keyStatement });
    expect(outcome(b)).toBe('session.noise-auth');
  });

  it('A08: that relays, drops and repeats gives both ends each other, under one session id', () => {
    for (let seed = 0; seed < 20; seed++) {
      [a, b] = [new Endpoint('a', { seed }), new Endpoint('b', { seed })];
      const chance = new Chance(seed);
      const pair = new Pair({ a, b, wire: wireOf, delayUs: 10_000 });
      pair.drop = ({ from, octets }) => {
        // What is dropped now comes later, out of turn, perhaps to the wrong end.
        if (chance.hits(0.3)) (chance.hits(0.5) ? a : b).receive(pair.now, octets.slice());
        if (chance.hits(0.3)) (from === 'a' ? b : a).receive(pair.now, octets.slice());
        return chance.hits(0.3);
      };
      a.begin(0);
      if (chance.hits(0.5)) b.begin(0);
      const ids = (end: Endpoint) => end.sessions.map(({ sessionId }) => sessionId);
      const isShared = () => ids(a).some((id) => ids(b).includes(id));
      expect(pair.run(isShared, 3_600e6), `seed ${seed}`).toBe(true);
      for (const [end, peer] of [[a, CREDENTIALS.b] as const, [b, CREDENTIALS.a] as const]) {
        const names = new Set(end.sessions.map((session) => toHex(session.peer.certificateId)));
        expect([...names], `seed ${seed}`).toEqual([idOf(peer.certificate)]);
      }
    }
  });

  it.each([
    ['the source', 6],
    ['the destination', 8],
  ])('A08: that relays under another name of %s is refused, mac1 made good', (_, at) => {
    // B is asked by M, or A asks M: each end takes the frames of its own link alone.
    a.begin(0);
    const hello = messageOf(a);
    new DataView(hello.buffer).setUint16(at, SCID_M);
    writeMac1(hello, macKeyOf(CREDENTIALS.a.admissionKeys[0]!.key, SCID_B));
    b.handshake.receive(0, hello);
    expect(outcome(b)).toBe('session.scid');
  });

  it('A08: whose relay changes the handshake id, mac1 made good, breaks the handshake', () => {
    a.begin(0);
    const hello = messageOf(a);
    hello[12]! ^= 1;
    writeMac1(hello, macKeyOf(CREDENTIALS.a.admissionKeys[0]!.key, SCID_B));
    b.handshake.receive(0, hello);
    const reply = messageOf(b);
    reply[12]! ^= 1;
    writeMac1(reply, macKeyOf(CREDENTIALS.a.admissionKeys[0]!.key, SCID_A));
    a.handshake.receive(0, reply);
    expect(outcome(a)).toBe('session.noise-auth');
  });
});

describe('a node whose messages come back to it', () => {
  it('A07: with SCIDs exchanged and MACs made good, gets no session with itself', () => {
    const key = macKeyOf(CREDENTIALS.a.admissionKeys[0]!.key, SCID_A);
    const reflected = (message: Uint8Array) => {
      const view = new DataView(message.buffer);
      view.setUint16(6, SCID_B);
      view.setUint16(8, SCID_A);
      writeMac1(message, key);
      return message;
    };
    a.begin(0);
    const outcomes: string[] = [];
    // HELLO, and what answers it, and what answers that, until nothing does.
    for (let waiting = [messageOf(a)]; waiting.length > 0; ) {
      a.handshake.receive(0, reflected(waiting.shift()!));
      for (const output of drain(a.handshake)) {
        if (output.kind === 'send') waiting.push(output.message.slice());
        else outcomes.push(output.kind === 'fault' ? output.fault.key : output.kind);
      }
    }
    expect(outcomes).toEqual(['session.noise-auth']);
    expect(a.sessions).toEqual([]);
  });
});

describe('somebody who has stolen all keys of A', () => {
  /** The attacker has the identity key and the static key of A, and nothing of B but what is public. */
  const stolen = () => a.membership.identity.staticKey;

  it('A09: cannot play B towards A with the public things of B', () => {
    const staticKey = inTheNameOf(b.membership.identity.staticKey.publicKey, stolen());
    playResponder(a, { ...truthOf(b), staticKey });
    expect(outcome(a)).toBe('session.noise-auth');
    expect(a.sessions).toEqual([]);
  });

  it('A09: cannot play B towards A that answers', () => {
    // The same attack in the other role: the ends change sides.
    const publicKey = a.membership.identity.staticKey.publicKey;
    const staticKey = inTheNameOf(publicKey, b.membership.identity.staticKey);
    playInitiator(b, { ...truthOf(a), staticKey });
    expect(outcome(b)).toBe('session.noise-auth');
    expect(b.sessions).toEqual([]);
  });

  it('A09: cannot vouch for B with the key of A, in either role', () => {
    const own = keyPair(1);
    playResponder(a, claimOf(CREDENTIALS.b, CREDENTIALS.a, own));
    playInitiator(b, claimOf(CREDENTIALS.a, CREDENTIALS.b, own));
    expect([outcome(a), outcome(b)]).toEqual(['session.hks-sig', 'session.hks-sig']);
  });

  it('A09: cannot be B with the very keys of A, in either role', () => {
    playResponder(a, truthOf(a));
    playInitiator(b, truthOf(b));
    // A certificate says for which spacecraft ids it is good.
    expect([outcome(a), outcome(b)]).toEqual([
      'session.scid-not-in-cert',
      'session.scid-not-in-cert',
    ]);
  });
});

type Identity = Pick<typeof CREDENTIALS.a, 'certificate' | 'identityPrivateKey'>;

/** What an endpoint says of itself in truth. */
function truthOf({ membership }: Endpoint): Claim {
  const isA = membership === a.membership;
  const { certificate } = isA ? CREDENTIALS.a : CREDENTIALS.b;
  const { staticKey, keyStatement } = membership.identity;
  return { staticKey, certificate, keyStatement };
}

/** The certificate of `bearer`, with a key statement for it that `signer` has signed. */
function claimOf(bearer: Identity, signer: Identity, staticKey: X25519Key): Claim {
  const { certificate } = bearer;
  const keyStatement = statementOf(certificate, staticKey.publicKey, signer.identityPrivateKey);
  return { staticKey, certificate, keyStatement };
}

function statementOf(
  certificate: Uint8Array,
  staticPublicKey: Uint8Array,
  seed = M.identityPrivateKey,
): Uint8Array {
  const { constellationId } = CREDENTIALS.a;
  const fields = {
    constellationId,
    staticPublicKey,
    epoch: a.membership.statement.epoch,
    boot: 50,
  };
  return signKeyStatement(
    fields,
    certificateOf(certificate).id,
    nativeProvider.curve.ed25519Key(seed),
  );
}

/** A certificate for the key of M and other spacecraft ids than its own. */
function certificateWith(scids: number[]): Uint8Array {
  const publicKey = nativeProvider.curve.ed25519Key(M.identityPrivateKey).publicKey;
  return authority.endorse({ eid: 'ipn:771.0', scids, roles: 1 }, publicKey).certificate;
}

function certificateOf(octets: Uint8Array) {
  const decoded = decodeCertificate(octets);
  if (decoded instanceof Fault) throw new Error(decoded.key);
  return decoded.certificate;
}

function idOf(certificate: Uint8Array): string {
  return toHex(certificateOf(certificate).id);
}

function messageOf(end: Endpoint): Uint8Array {
  const [output] = drain(end.handshake);
  if (output?.kind !== 'send') throw new Error('a message');
  return output.message.slice();
}

/** What an end has to say at last: a fault's key, or the kind of its output. */
function outcome(end: Endpoint): string | undefined {
  const output = drain(end.handshake).at(-1);
  return output?.kind === 'fault' ? output.fault.key : output?.kind;
}
