/** What a new constellation authority holds. Source: link-security §5.6. */
import type { Curve, Random } from '#protocol/crypto/ports.ts';
import { signStatement } from '#protocol/membership/statement.ts';
import type { Holdings } from './contract.ts';

/** What a new authority is made of. */
export interface NewAuthority {
  /** At most 64 octets. */
  readonly name: string;
  /** In which the constellation begins. */
  readonly epoch: number;
}

/** A new constellation: id, root, issuer, admission keys of this epoch and the next, statement. */
export function newHoldings({ name, epoch }: NewAuthority, curve: Curve, random: Random): Holdings {
  const constellationId = random.octets(16);
  const rootSeed = random.octets(32);
  const issuerSeed = random.octets(32);
  const admissionKeys = new Map([
    [epoch, random.octets(32)],
    [epoch + 1, random.octets(32)],
  ]);
  const rootKey = curve.ed25519Key(rootSeed);
  const issuerPublicKeys = [curve.ed25519Key(issuerSeed).publicKey];
  const revocation = { revoked: new Set<string>(), leastBoots: new Map<number, number>() };
  const fields = { constellationId, epoch, serial: 1, issuerPublicKeys, ...revocation };
  return {
    name,
    constellationId,
    rootPublicKeys: [rootKey.publicKey],
    rootSeed,
    issuerSeeds: [issuerSeed],
    admissionKeys,
    bundleGrants: [],
    statements: [signStatement(fields, rootKey)],
    certificates: [],
  };
}

/** The epoch in which a constellation begins unless it is told another. */
export const EPOCH_FIRST = 1;
