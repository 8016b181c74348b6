import { describe, expect, it } from 'vitest';
import { createAuthority } from '#harness/authority/authority.ts';
import { readInspected } from '#harness/authority/inspection.ts';
import { SeededRandom } from '#harness/fleet/seeded-random.ts';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { ConfigError, formatConfigError } from '#node/config-error.ts';
import { encodeCredentials } from '#node/credentials-json.ts';
import { toHex, utf8Encode } from '#protocol/bytes/octets.ts';
import { signKeyStatement } from '#protocol/membership/key-statement.ts';

const authority = createAuthority({
  name: 'Example',
  provider: nativeProvider,
  random: new SeededRandom(1, 'inspection'),
  testEquipment: false,
});
const CREDENTIALS = authority.issue({ eid: 'ipn:7.0', scids: [7], roles: 1 });
const { certificate, statement, identityPrivateKey } = CREDENTIALS;
const KEY_STATEMENT = signKeyStatement(
  {
    constellationId: CREDENTIALS.constellationId,
    staticPublicKey: new Uint8Array(32),
    epoch: 1,
    boot: 3,
  },
  authority.certificates[0]!.claims.id,
  nativeProvider.curve.ed25519Key(identityPrivateKey),
);
const JSON_TEXT = JSON.stringify(encodeCredentials(CREDENTIALS));

describe('a file of the key agreement', () => {
  it.each([
    ['certificate', certificate],
    ['statement', statement],
    ['key-statement', KEY_STATEMENT],
  ])('is known as a %s, from octets and from hexadecimal', (kind, octets) => {
    expect(readInspected(octets, 'f').kind).toBe(kind);
    expect(readInspected(utf8Encode(` ${toHex(octets).toUpperCase()}\n`), 'f').kind).toBe(kind);
  });

  it('is known as credentials, with and without the private key', () => {
    expect(readInspected(utf8Encode(JSON_TEXT), 'f')).toMatchObject({
      kind: 'credentials',
      certificate: { claims: { subject: 'ipn:7.0' } },
      identityPrivateKey,
    });
    const { identityPrivateKey: _, ...rest } = encodeCredentials(CREDENTIALS);
    const device = readInspected(utf8Encode(JSON.stringify(rest)), 'f');
    expect(device).toMatchObject({ kind: 'credentials', identityPrivateKey: undefined });
  });

  const damages: [string, Uint8Array, string][] = [
    ['nothing', new Uint8Array(0), 'this is no signed object, from octet 0 on'],
    ['text', utf8Encode('hello'), 'this is no signed object, from octet 0 on'],
    ['a certificate cut off', certificate.subarray(0, 100), 'from octet 29 on'],
    ['a certificate with an octet too many', append(certificate), `octet ${certificate.length} on`],
    ['a certificate of another claim', changed(certificate, 32), 'no right certificate'],
    ['a statement of another field', changed(statement, 29), 'no right constellation statement'],
    ['a key', identityPrivateKey, 'it has the size of a key, and no more'],
    ['a key in hexadecimal', utf8Encode(toHex(identityPrivateKey)), 'the size of a key'],
    ['too much', new Uint8Array(262_145), 'it is larger than 262144'],
    ['JSON cut off', utf8Encode(JSON_TEXT.slice(0, 300)), 'this is not JSON'],
    ['JSON of another kind', utf8Encode('{"a":1}'), 'credentials.a is not a known key'],
    [
      'credentials with a damaged certificate',
      utf8Encode(JSON_TEXT.replace('d284', 'd285')),
      'credentials.',
    ],
    [
      'credentials with a statement for a certificate',
      utf8Encode(JSON_TEXT.replace(toHex(certificate), toHex(statement))),
      'credentials.certificate is none',
    ],
    [
      'credentials with a certificate for a statement',
      utf8Encode(JSON_TEXT.replace(toHex(statement), toHex(certificate))),
      'credentials.statement is none',
    ],
  ];
  it.each(damages)('that holds %s is refused, with the place', (_, content, what) => {
    const message = told(content);
    expect(message).toMatch(/^some\/file: /);
    expect(message).toContain(what);
    expect(message).not.toContain(toHex(identityPrivateKey).slice(0, 12));
  });

  it('names an octet at or before the first that was changed or is missing', () => {
    for (const octets of [certificate, statement, KEY_STATEMENT]) {
      for (let length = 0; length < octets.length; length++) {
        if (length === 32) continue;
        const at = Number(/octet (\d+)/.exec(told(octets.slice(0, length)))?.[1]);
        expect(at).toBeLessThanOrEqual(length);
      }
    }
  });
});

function told(content: Uint8Array): string {
  try {
    readInspected(content, 'some/file');
  } catch (error) {
    if (error instanceof ConfigError) return formatConfigError(error);
    throw error;
  }
  return '';
}

function append(octets: Uint8Array): Uint8Array {
  return Uint8Array.from([...octets, 0]);
}

function changed(octets: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(octets);
  copy[at]! ^= 1;
  return copy;
}
