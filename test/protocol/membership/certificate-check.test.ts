import { describe, expect, it } from 'vitest';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { fromHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import { judgeCertificate, verifyCertificate } from '#protocol/membership/certificate-check.ts';
import { EPOCH_AHEAD, EPOCH_OLD, REVOKED } from '#protocol/membership/faults.ts';
import { type ConstellationStatement, verifyStatement } from '#protocol/membership/statement.ts';
import { credentialsOf, VECTORS } from '../session/link-handshake-vectors.ts';

const { curve } = nativeProvider;
const credentials = credentialsOf('responder');
const { statement: octets, rootPublicKeys, constellationId } = credentials;
const statement = verifyStatement(octets, rootPublicKeys, constellationId, curve);
if (statement instanceof Fault) throw new Error(statement.key);
const { scid, cert_id: id, eid } = VECTORS.responder;

describe('a certificate', () => {
  it('is good in its epochs, and says who bears it', () => {
    expect(verifyCertificate(credentials.certificate, contextWith({}))).toMatchObject({
      subject: eid,
      id: fromHex(id),
    });
  });

  it('that is revoked, or whose epochs have passed, is bad', () => {
    const revoked = contextWith({ revoked: new Set([id]) });
    expect(verifyCertificate(credentials.certificate, revoked)).toBe(REVOKED);
    expect(judgeCertificate(credentials.certificate, contextWith({ epoch: 99 }))).toBe(EPOCH_OLD);
  });

  it('of an epoch to come is refused where nobody can wait for it, and else told as ahead', () => {
    const early = contextWith({ epoch: 0 });
    expect(verifyCertificate(credentials.certificate, early)).toBe(EPOCH_AHEAD);
    expect(judgeCertificate(credentials.certificate, early)).toMatchObject({ ahead: true });
    const timely = judgeCertificate(credentials.certificate, contextWith({}));
    expect(timely).toMatchObject({ ahead: false });
  });
});

function contextWith(change: Partial<ConstellationStatement>) {
  const changed = { ...(statement as ConstellationStatement), ...change };
  return { credentials, statement: changed, curve, scid };
}
