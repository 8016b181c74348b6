/** Members of nothing that this node trusts, each refused for its own reason, in either role. */
import { beforeEach, describe, expect, it } from 'vitest';
import { createAuthority } from '#harness/authority/authority.ts';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import {
  type Certificate,
  decodeCertificate,
  issueCertificate,
} from '#protocol/membership/certificate.ts';
import { verifyCertificate } from '#protocol/membership/certificate-check.ts';
import { signKeyStatement } from '#protocol/membership/key-statement.ts';
import { verifyStatement } from '#protocol/membership/statement.ts';
import {
  CREDENTIALS,
  drain,
  Endpoint,
  SCID_A,
  SCID_B,
  TestRandom,
} from '../protocol/session/endpoint.ts';
import { credentialsOf, VECTORS } from '../protocol/session/link-handshake-vectors.ts';
import { type Claim, keyPair, playInitiator, playResponder } from './insider.ts';

const { curve } = nativeProvider;
const OWN = keyPair(1);
/** Another authority, with roots and issuers of its own. */
const STRANGERS = createAuthority({
  name: 'strangers',
  provider: nativeProvider,
  random: new TestRandom('strangers'),
  testEquipment: false,
});
const STRANGER = {
  a: STRANGERS.issue({ eid: 'ipn:257.0', scids: [SCID_A], roles: 1 }),
  b: STRANGERS.issue({ eid: 'ipn:514.0', scids: [SCID_B], roles: 1 }),
};

let a: Endpoint;
let b: Endpoint;

beforeEach(() => {
  [a, b] = [new Endpoint('a'), new Endpoint('b')];
});

describe('a peer', () => {
  it('A14: of another authority is refused for its issuer', () => {
    expect(outcomes((end) => claimOf(STRANGER[end]))).toEqual(both('session.issuer-unknown'));
  });

  it('A14: with a certificate that names an issuer and is not signed by it is refused', () => {
    const forge = (end: 'a' | 'b') => {
      // The signature is what a signed object ends with.
      const certificate = CREDENTIALS[end].certificate.slice();
      certificate[certificate.length - 1]! ^= 1;
      return { ...claimOf(CREDENTIALS[end]), certificate };
    };
    expect(outcomes(forge)).toEqual(both('session.cert-sig'));
  });

  it('A14: with its key statement in place of its certificate is refused', () => {
    const swap = (end: 'a' | 'b') => {
      const claim = claimOf(CREDENTIALS[end]);
      return { ...claim, certificate: claim.keyStatement };
    };
    expect(outcomes(swap)).toEqual(both('session.cert-form'));
  });

  it('A14: with its certificate in place of its key statement is refused', () => {
    const swap = (end: 'a' | 'b') => {
      const claim = claimOf(CREDENTIALS[end]);
      return { ...claim, keyStatement: claim.certificate };
    };
    expect(outcomes(swap)).toEqual(both('session.hks-sig'));
  });

  it('A14: whose key statement is of another constellation is refused', () => {
    const move = (end: 'a' | 'b') =>
      claimOf(
        CREDENTIALS[end],
        STRANGERS.issue({ eid: 'ipn:9.0', scids: [9], roles: 1 }).constellationId,
      );
    expect(outcomes(move)).toEqual(both('session.constellation'));
  });
});

describe('a certificate of a listed issuer', () => {
  it('A14: for another constellation is refused', () => {
    expect(verdict({})).not.toBeInstanceOf(Fault);
    const constellationId = new Uint8Array(16).fill(9);
    expect(verdict({ constellationId })).toMatchObject({ key: 'session.constellation' });
  });

  it('A11: whose epochs are over, or yet to come, is refused', () => {
    const { epoch } = VECTORS;
    const over = verdict({ firstEpoch: 1, lastEpoch: epoch - 1 });
    expect(over).toMatchObject({ key: 'session.epoch-old' });
    const ahead = verdict({ firstEpoch: epoch + 1, lastEpoch: epoch + 5 });
    expect(ahead).toMatchObject({ key: 'session.epoch-ahead' });
    expect(verdict({ firstEpoch: epoch, lastEpoch: epoch })).not.toBeInstanceOf(Fault);
  });

  it('A12: that is revoked is refused', () => {
    const id = fromHex(VECTORS.initiator.cert_id);
    expect(verdict({}, new Set([toHex(id)]))).toMatchObject({ key: 'session.revoked' });
  });

  /** On the initiator's certificate of the worked example with some claims changed. */
  function verdict(changes: Partial<Certificate>, revoked: ReadonlySet<string> = new Set()) {
    const judge = credentialsOf('responder');
    const { rootPublicKeys, constellationId } = judge;
    const statement = verifyStatement(judge.statement, rootPublicKeys, constellationId, curve);
    const decoded = decodeCertificate(fromHex(VECTORS.initiator.certificate));
    if (statement instanceof Fault || decoded instanceof Fault) throw new Error('good octets');
    const claims = { ...decoded.certificate, ...changes };
    const octets = issueCertificate(claims, curve.ed25519Key(fromHex(VECTORS.issuer_private)));
    return verifyCertificate(octets, {
      credentials: judge,
      statement: { ...statement, revoked },
      curve,
      scid: VECTORS.initiator.scid,
    });
  }
});

describe('a constellation statement', () => {
  it('A14: of another root, or another constellation, is refused', () => {
    const { rootPublicKeys, constellationId } = CREDENTIALS.a;
    const theirs = STRANGERS.statement.octets;
    const verdict = (roots: readonly Uint8Array[], id: Uint8Array) =>
      verifyStatement(theirs, roots, id, curve);
    expect(verdict(rootPublicKeys, constellationId)).toMatchObject({ code: 'issuer-unknown' });
    expect(verdict(STRANGERS.rootPublicKeys, constellationId)).toMatchObject({
      code: 'constellation',
    });
  });
});

type Identity = Pick<
  typeof CREDENTIALS.a,
  'certificate' | 'identityPrivateKey' | 'constellationId'
>;

/** All that a bearer of these credentials would say, for a static key of the insider. */
function claimOf(bearer: Identity, constellationId = bearer.constellationId): Claim {
  const { certificate, identityPrivateKey } = bearer;
  const decoded = decodeCertificate(certificate);
  if (decoded instanceof Fault) throw new Error(decoded.key);
  const fields = { constellationId, staticPublicKey: OWN.publicKey, epoch: 1, boot: 50 };
  const { id } = decoded.certificate;
  const keyStatement = signKeyStatement(fields, id, curve.ed25519Key(identityPrivateKey));
  return { staticKey: OWN, certificate, keyStatement };
}

/** What A says to one that plays B, and B to one that plays A. */
function outcomes(claim: (end: 'a' | 'b') => Claim): (string | undefined)[] {
  playResponder(a, claim('b'));
  playInitiator(b, claim('a'));
  return [a, b].map(({ handshake }) => {
    const output = drain(handshake).at(-1);
    return output?.kind === 'fault' ? output.fault.key : output?.kind;
  });
}

function both(key: string): string[] {
  return [key, key];
}
