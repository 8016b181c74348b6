import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import {
  CBOR,
  CERT_FORM,
  CERT_SIG,
  CONSTELLATION,
  ISSUER_UNKNOWN,
} from '#protocol/membership/faults.ts';
import {
  type ConstellationStatement,
  signStatement,
  verifyStatement,
} from '#protocol/membership/statement.ts';
import { VECTORS } from '../session/link-handshake-vectors.ts';

const { curve } = nativeProvider;
const ROOT = fromHex(VECTORS.root_private);
const ROOTS = [fromHex(VECTORS.issuer_public), fromHex(VECTORS.root_public)];
const CONSTELLATION_ID = fromHex(VECTORS.constellation_id);

describe('the statement of the worked example', () => {
  const octets = fromHex(VECTORS.constellation_statement);

  it('is read and signed again', () => {
    const statement = verified(octets);
    expect(statement.epoch).toBe(VECTORS.epoch);
    expect(statement.serial).toBe(VECTORS.statement_serial);
    expect(statement.issuerPublicKeys.map(toHex)).toEqual([VECTORS.issuer_public]);
    expect(statement.revoked).toEqual(
      new Set(['30579021eb28279c2bc4dc387d277e7c', 'ad6f7aeed5c79e2c3128b42f894710e9']),
    );
    expect(signStatement(statement, curve.ed25519Key(ROOT))).toEqual(octets);
  });

  it('A13, A14: is refused under another root, signature or constellation', () => {
    const refusal = (
      change: (octets: Uint8Array) => void,
      roots = ROOTS,
      id = CONSTELLATION_ID,
    ) => {
      const changed = octets.slice();
      change(changed);
      return verifyStatement(changed, roots, id, curve);
    };
    const nothing = () => {};
    expect(refusal(nothing, ROOTS.slice(0, 1))).toBe(ISSUER_UNKNOWN);
    expect(refusal(nothing, ROOTS, new Uint8Array(16))).toBe(CONSTELLATION);
    expect(refusal((changed) => (changed[changed.length - 1]! ^= 1))).toBe(CERT_SIG);
    expect(refusal((changed) => (changed[60]! ^= 1))).toBe(CERT_SIG);
  });
});

describe('a statement', () => {
  it('holds whatever fits it', () => {
    const octets = (count: number) => fc.uint8Array({ minLength: count, maxLength: count });
    const fields = fc.record({
      constellationId: fc.constant(CONSTELLATION_ID),
      epoch: fc.nat(),
      serial: fc.maxSafeNat(),
      issuerPublicKeys: fc.array(octets(32), { minLength: 1, maxLength: 8 }),
      revoked: fc.array(octets(16)).map((ids) => new Set(ids.map(toHex))),
      leastBoots: fc.array(fc.tuple(fc.nat(65535), fc.nat())).map((boots) => new Map(boots)),
    });
    fc.assert(
      fc.property(fields, (statement) => {
        expect(verified(signStatement(statement, curve.ed25519Key(ROOT)))).toEqual(statement);
      }),
      { numRuns: 50 },
    );
  });

  it('with its lists unsorted or too long is refused', () => {
    const base = verified(fromHex(VECTORS.constellation_statement));
    const refusal = (change: Partial<ConstellationStatement>, swap?: [string, string]) => {
      const text = toHex(signStatement({ ...base, ...change }, curve.ed25519Key(ROOT)));
      const changed = swap === undefined ? text : text.replace(...swap);
      return verifyStatement(fromHex(changed), ROOTS, CONSTELLATION_ID, curve);
    };
    const [first, second] = [...base.revoked];
    expect(refusal({}, [first!, second!])).toBe(CERT_FORM);
    expect(
      refusal(
        {
          leastBoots: new Map([
            [5, 1],
            [6, 1],
          ]),
        },
        ['820601', '820501'],
      ),
    ).toBe(CERT_FORM);
    expect(refusal({ issuerPublicKeys: [] })).toBe(CERT_FORM);
    const ids = Array.from({ length: 513 }, (_, i) => i.toString(16).padStart(32, '0'));
    expect(refusal({ revoked: new Set(ids) })).toBe(CERT_FORM);
    expect(refusal({ revoked: new Set(ids.slice(1)) })).not.toBeInstanceOf(Fault);
    expect(refusal({ revoked: new Set([...ids, ...ids.map((id) => `f${id.slice(1)}`)]) })).toBe(
      CBOR,
    );
  });

  it('of any octets is a fault', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (octets) => {
        expect(verifyStatement(octets, ROOTS, CONSTELLATION_ID, curve)).toBeInstanceOf(Fault);
      }),
    );
  });
});

function verified(octets: Uint8Array): ConstellationStatement {
  const statement = verifyStatement(octets, ROOTS, CONSTELLATION_ID, curve);
  if (statement instanceof Fault) throw new Error(statement.key);
  return statement;
}
