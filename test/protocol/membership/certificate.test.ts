import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { CborWriter } from '#protocol/bytes/cbor-writer.ts';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import {
  type Certificate,
  decodeCertificate,
  issueCertificate,
} from '#protocol/membership/certificate.ts';
import { keyIdOf, signObject, verifyObject } from '#protocol/membership/cose.ts';
import { CBOR, CERT_FORM, HKS_SIG } from '#protocol/membership/faults.ts';
import { decodeKeyStatement, signKeyStatement } from '#protocol/membership/key-statement.ts';
import { VECTORS } from '../session/link-handshake-vectors.ts';

const { curve } = nativeProvider;
const ISSUER = fromHex(VECTORS.issuer_private);

describe('the certificates of the worked example', () => {
  it.each(['initiator', 'responder'] as const)('are read and issued again: %s', (side) => {
    const { certificate, signed } = decoded(VECTORS[side].certificate);
    expect(verifyObject(signed, fromHex(VECTORS.issuer_public), curve)).toBe(true);
    expect(verifyObject(signed, fromHex(VECTORS.root_public), curve)).toBe(false);
    expect(toHex(signed.keyId)).toBe(toHex(keyIdOf(fromHex(VECTORS.issuer_public))));
    expect(certificate.subject).toBe(VECTORS[side].eid);
    expect(certificate.scids).toEqual([VECTORS[side].scid]);
    expect(toHex(certificate.id)).toBe(VECTORS[side].cert_id);
    expect(toHex(issueCertificate(certificate, curve.ed25519Key(ISSUER)))).toBe(
      VECTORS[side].certificate,
    );
  });

  it.each(['initiator', 'responder'] as const)('bear their key statements: %s', (side) => {
    const { identity_private, identity_public, cert_id, ...vector } = VECTORS[side];
    const octets = fromHex(vector.handshake_key_statement);
    const read = decodeKeyStatement(octets);
    if (read instanceof Fault) throw new Error(read.key);
    expect(verifyObject(read.signed, fromHex(identity_public), curve)).toBe(true);
    expect(read.statement).toEqual({
      constellationId: fromHex(VECTORS.constellation_id),
      staticPublicKey: fromHex(vector.static_public),
      epoch: VECTORS.epoch,
      boot: vector.boot,
    });
    const seed = fromHex(identity_private);
    expect(signKeyStatement(read.statement, fromHex(cert_id), curve.ed25519Key(seed))).toEqual(
      octets,
    );
  });
});

describe('a certificate', () => {
  it('holds whatever fits it', () => {
    const claims = fc.record({
      issuer: fc.string({ maxLength: 21, unit: 'grapheme-ascii' }),
      subject: fc.constantFrom('ipn:1.0', 'x'.repeat(64)),
      expiresAtS: fc.maxSafeInteger(),
      notBeforeS: fc.maxSafeInteger(),
      id: octets(16),
      publicKey: octets(32),
      constellationId: octets(16),
      scids: fc.array(fc.integer({ min: 0, max: 65535 }), { minLength: 1, maxLength: 4 }),
      firstEpoch: fc.integer({ min: 0, max: 2 ** 40 }),
      roles: fc.integer({ min: 0, max: 255 }),
    });
    fc.assert(
      fc.property(claims, fc.integer({ min: 0, max: 65535 }), (fields, span) => {
        const certificate: Certificate = { ...fields, lastEpoch: fields.firstEpoch + span };
        const issued = toHex(issueCertificate(certificate, curve.ed25519Key(ISSUER)));
        expect(decoded(issued).certificate).toEqual(certificate);
      }),
      { numRuns: 50 },
    );
  });

  it.each<[string, Partial<Certificate>]>([
    ['a name of 65 octets', { subject: 'x'.repeat(65) }],
    ['no spacecraft id', { scids: [] }],
    ['five spacecraft ids', { scids: [1, 2, 3, 4, 5] }],
    ['a spacecraft id of 17 bits', { scids: [65536] }],
    ['epochs that end before they begin', { firstEpoch: 8, lastEpoch: 7 }],
    ['epochs that span more than 65535', { firstEpoch: 0, lastEpoch: 65536 }],
    ['an id of 15 octets', { id: new Uint8Array(15) }],
  ])('with %s is not issued', (_, change) => {
    const { certificate } = decoded(VECTORS.initiator.certificate);
    expect(() => issueCertificate({ ...certificate, ...change }, curve.ed25519Key(ISSUER))).toThrow(
      'well-formed',
    );
  });

  it('A14: is not taken for a key statement, nor the reverse', () => {
    const { certificate, handshake_key_statement } = VECTORS.initiator;
    expect(decodeKeyStatement(fromHex(certificate))).toBe(HKS_SIG);
    expect(decodeCertificate(fromHex(handshake_key_statement))).toBe(CERT_FORM);
    expect(decodeCertificate(fromHex(VECTORS.constellation_statement))).toBe(CERT_FORM);
  });

  it.each<[string, (text: string) => string, Fault]>([
    ['no tag', (text) => text.slice(2), CBOR],
    ['another tag', (text) => `d1${text.slice(2)}`, CERT_FORM],
    ['an unprotected header', (text) => text.replace('a05892', 'a101015892'), CERT_FORM],
    ['another algorithm', (text) => text.replace('a30132', 'a30127'), CERT_FORM],
    ['an octet too many', (text) => `${text}00`, CBOR],
    ['an indefinite array', (text) => text.replace('d284', 'd29f'), CBOR],
    ['a long-form integer', (text) => text.replace('a3013204', 'a301380d04'), CBOR],
    ['its claims out of order', (text) => text.replace('aa01', 'aa02'), CBOR],
    ['a length of 4 GiB', (text) => text.replace('5892', '5affffffff'), CBOR],
  ])('A35: with %s is refused', (_, damage, reason) => {
    const { certificate } = VECTORS.initiator;
    expect(damage(certificate)).not.toBe(certificate);
    expect(decodeCertificate(fromHex(damage(certificate)))).toBe(reason);
  });

  it('of more than 1024 octets is refused', () => {
    const large = new CborWriter().array(1).bytes(new Uint8Array(1024)).finish();
    const signed = signObject('islk-cert', new Uint8Array(8), large, curve.ed25519Key(ISSUER));
    expect(decodeCertificate(signed)).toBe(CBOR);
  });

  it('A34: with any octet changed is refused, or its signature is', () => {
    const original = fromHex(VECTORS.initiator.certificate);
    const issuer = fromHex(VECTORS.issuer_public);
    for (let bit = 0; bit < original.length * 8; bit++) {
      const changed = original.slice();
      changed[bit >> 3]! ^= 1 << (bit & 7);
      const read = decodeCertificate(changed);
      const refused =
        read instanceof Fault ||
        toHex(read.signed.keyId) !== toHex(keyIdOf(issuer)) ||
        !verifyObject(read.signed, issuer, curve);
      expect(refused, `bit ${bit}`).toBe(true);
    }
  });
});

describe('any octets', () => {
  it('give a value or a fault', () => {
    const changes = fc.array(fc.tuple(fc.nat(242), fc.nat(255)), { maxLength: 4 });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), changes, (noise, edits) => {
        expect(decodeCertificate(noise)).toBeInstanceOf(Fault);
        expect(decodeKeyStatement(noise)).toBeInstanceOf(Fault);
        const edited = fromHex(VECTORS.initiator.certificate);
        for (const [at, octet] of edits) edited[at] = octet;
        expect(() => decodeCertificate(edited)).not.toThrow();
      }),
    );
  });
});

function decoded(text: string) {
  const result = decodeCertificate(fromHex(text));
  if (result instanceof Fault) throw new Error(result.key);
  return result;
}

function octets(count: number) {
  return fc.uint8Array({ minLength: count, maxLength: count });
}
