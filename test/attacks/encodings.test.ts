/** What is signed or encoded in another way than the one that is allowed. */
import { describe, expect, it } from 'vitest';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { concat, equal, fromHex, toHex } from '#protocol/bytes/octets.ts';
import { nobleProvider } from '#protocol/crypto/noble.ts';
import { Fault } from '#protocol/fault.ts';
import { decodeCertificate } from '#protocol/membership/certificate.ts';
import { decodeObject, verifyObject } from '#protocol/membership/cose.ts';
import { CERT_FORM } from '#protocol/membership/faults.ts';
import { decodeKeyStatement } from '#protocol/membership/key-statement.ts';
import { decodeStatement, verifyStatement } from '#protocol/membership/statement.ts';
import {
  decodePayload,
  decodeRekeyPayload,
  encodeRekeyPayload,
} from '#protocol/session/payload.ts';
import { wycheproof } from '../contracts/wycheproof.ts';
import { credentialsOf, VECTORS } from '../protocol/session/link-handshake-vectors.ts';
import { ABUSES, itemsOf, parse, write } from './cbor-abuse.ts';

describe.each([nobleProvider, nativeProvider])('signatures under $name', ({ curve }) => {
  it('A34: of the Wycheproof set verify in a signed object exactly where they should', () => {
    const cases = wycheproof('ed25519');
    expect(cases).toHaveLength(151);
    const keyId = new Uint8Array(8);
    for (const { tcId, pk, msg, sig, result } of cases) {
      const signedOctets = fromHex(msg!);
      const object = { keyId, payload: signedOctets, signature: fromHex(sig!), signedOctets };
      const verdict = verifyObject(object, fromHex(pk!), curve);
      expect(verdict, `case ${tcId}`).toBe(result === 'valid' && tcId !== 151);
    }
  });

  it('A34: of a certificate have one form: S below the order, R and key as they are', () => {
    const certificate = fromHex(VECTORS.initiator.certificate);
    const issuer = fromHex(VECTORS.issuer_public);
    const signed = decodeObject(certificate, 'islk-cert', 1024, CERT_FORM);
    if (signed instanceof Fault) throw new Error(signed.key);
    expect(verifyObject(signed, issuer, curve)).toBe(true);
    for (const signature of malleations(signed.signature)) {
      expect(equal(signature, signed.signature)).toBe(false);
      expect(verifyObject({ ...signed, signature }, issuer, curve), toHex(signature)).toBe(false);
    }
    for (let bit = 0; bit < 256; bit++) {
      const key = issuer.slice();
      key[bit >> 3]! ^= 1 << (bit & 7);
      expect(verifyObject(signed, key, curve), `key bit ${bit}`).toBe(false);
    }
  });

  it('A34: of a statement refuse a signature that is the same number in another form', () => {
    const { statement, rootPublicKeys, constellationId } = credentialsOf('initiator');
    const verdict = (octets: Uint8Array) =>
      verifyStatement(octets, rootPublicKeys, constellationId, curve);
    expect(verdict(statement)).not.toBeInstanceOf(Fault);
    // The signature is what an object ends with.
    for (const signature of malleations(statement.slice(-64))) {
      const forged = concat([statement.subarray(0, -64), signature]);
      expect((verdict(forged) as Fault).key).toBe('session.cert-sig');
    }
  });
});

/** A decoder, and octets that it takes. */
const structures: [string, Uint8Array, (octets: Uint8Array) => object | Fault][] = [
  ['a certificate', fromHex(VECTORS.initiator.certificate), decodeCertificate],
  ['a key statement', fromHex(VECTORS.initiator.handshake_key_statement), decodeKeyStatement],
  ['a constellation statement', fromHex(VECTORS.constellation_statement), decodeStatement],
  ['a payload', fromHex(VECTORS.full_handshake_suite_1.reply_payload), decodePayload],
  [
    'the payload of a rekey',
    encodeRekeyPayload({ spi: 700, epoch: 70_000, serial: 41 }),
    decodeRekeyPayload,
  ],
];

describe.each(structures)('%s', (_, octets, decode) => {
  it('is taken as it is, also when it has been taken apart and put together', () => {
    for (const { rewrite, item } of levels(octets)) {
      expect(rewrite(write(item))).toEqual(octets);
    }
    expect(decode(octets)).not.toBeInstanceOf(Fault);
  });

  it.each(ABUSES.map((abuse) => [abuse.name, abuse] as const))(
    'A35: with %s, wherever it may be, is refused as CBOR',
    (_name, abuse) => {
      for (const { rewrite, item } of levels(octets)) {
        for (const part of itemsOf(item)) {
          const replacement = abuse.write(part);
          if (replacement === undefined) continue;
          const abused = rewrite(write(item, part, replacement));
          const before = process.memoryUsage().arrayBuffers;
          expect((decode(abused) as Fault).key, toHex(abused)).toBe('session.cbor');
          expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(MEMORY_OCTETS_MAX);
        }
      }
    },
  );

  it('A35: with octets behind it or missing, at every level, is refused as CBOR', () => {
    for (const { rewrite, item } of levels(octets)) {
      const whole = write(item);
      const behind = [0, 0xf6, 0xff].map((octet) => concat([whole, Uint8Array.of(octet)]));
      const missing = Array.from({ length: whole.length }, (_, at) => whole.subarray(0, at));
      for (const wrong of [...behind, ...missing]) {
        expect((decode(rewrite(wrong)) as Fault).key).toBe('session.cbor');
      }
    }
  });

  it('A35: of more octets than it may have is refused as CBOR', () => {
    const large = new Uint8Array(20_000).fill(0x80);
    large.set([0x9a, 0, 0, 0x4e, 0x1b]);
    expect((decode(large) as Fault).key).toBe('session.cbor');
  });
});

/**
 * The structure itself and, in a signed object, the two that lie within: each as an item, and how
 * other octets come to stand in its place.
 */
function levels(octets: Uint8Array) {
  const outer = parse(octets);
  const self = { item: outer, rewrite: (inside: Uint8Array) => inside };
  if (outer.major !== TAG) return [self];
  const fields = outer.items![0]!.items!;
  const inner = [fields[0]!, fields[2]!].map((field) => ({
    item: parse(field.octets!),
    rewrite: (inside: Uint8Array) => {
      const string = write({ major: 2, argument: inside.length, octets: inside });
      return write(outer, field, string);
    },
  }));
  return [self, ...inner];
}

/** The same S plus the order, in every multiple that fits, and R with its sign or with p added. */
function malleations(signature: Uint8Array): Uint8Array[] {
  const [r, s] = [signature.slice(0, 32), littleEndian(signature.slice(32))];
  const forms: Uint8Array[] = [];
  for (let sum = s + ORDER; sum < 2n ** 256n; sum += ORDER) {
    forms.push(concat([r, octetsOf(sum)]));
  }
  forms.push(concat([r, octetsOf(ORDER - s)]));
  const y = littleEndian(r) & (2n ** 255n - 1n);
  forms.push(concat([octetsOf(littleEndian(r) ^ (2n ** 255n)), octetsOf(s)]));
  if (y + PRIME < 2n ** 255n) forms.push(concat([octetsOf(y + PRIME), octetsOf(s)]));
  return forms;
}

function littleEndian(octets: Uint8Array): bigint {
  return BigInt(`0x${toHex(octets.slice().reverse())}`);
}

function octetsOf(number: bigint): Uint8Array {
  return fromHex(number.toString(16).padStart(64, '0')).reverse();
}

const TAG = 6;
const MEMORY_OCTETS_MAX = 4 * 2 ** 20;
const PRIME = 2n ** 255n - 19n;
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
