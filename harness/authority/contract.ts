/**
 * What goes into a constellation authority and comes out of it, and where it keeps what it makes.
 *
 * Source: link-security §5.
 */
import type { CryptoProvider, Random } from '#protocol/crypto/ports.ts';
import type { Certificate } from '#protocol/membership/certificate.ts';
import type { Credentials } from '#protocol/membership/credentials.ts';
import type { ConstellationStatement } from '#protocol/membership/statement.ts';
import type { BundleGrant } from './bundle-grant.ts';

/** What an authority works with. */
export interface AuthorityOptions {
  readonly provider: CryptoProvider;
  /** With a seeded one the run repeats, and `testEquipment` must be set (LS-907). */
  readonly random: Random;
  /** Marks every certificate as test equipment, and lets the nodes accept each other so. */
  readonly testEquipment: boolean;
  /** Where what it makes outlives it, if anywhere. */
  readonly archive?: Archive;
}

/** The node that credentials are for. */
export interface NodeIdentity {
  /** Endpoint id, such as `ipn:257.0`; at most 64 octets. */
  readonly eid: string;
  /** 1–4 spacecraft ids. */
  readonly scids: readonly number[];
  /** Bits of ROLE. */
  readonly roles: number;
  /** The current epoch and the next if not given (LS-1304). */
  readonly epochs?: EpochRange;
  /** Seconds since 1970, for people; 0 if not given. */
  readonly notBeforeS?: number;
}

/** Both included. */
export interface EpochRange {
  readonly first: number;
  readonly last: number;
}

/** What a node is given that has made its identity key itself. */
export type Endorsement = Omit<Credentials, 'identityPrivateKey'>;

/** A certificate of the register. */
export interface IssuedCertificate {
  readonly claims: Certificate;
  readonly issuerKeyId: Uint8Array;
}

/** What a statement withdraws. */
export interface Revocation {
  /** Certificate ids in lower-case hexadecimal. */
  readonly certificateIds: Iterable<string>;
  /** By spacecraft id, the least boot that is still accepted; never lowered. */
  readonly leastBoots?: ReadonlyMap<number, number>;
}

/** The fields of a statement and its octets, none of which are to be changed. */
export interface SignedStatement extends ConstellationStatement {
  readonly octets: Uint8Array;
}

/** All of an authority; the seeds and admission keys are secret. */
export interface Holdings {
  /** Written into every certificate, for people; at most 64 octets. */
  readonly name: string;
  /** 16 octets. */
  readonly constellationId: Uint8Array;
  /** 1–4 Ed25519 public keys. */
  readonly rootPublicKeys: readonly Uint8Array[];
  /** Ed25519, 32 octets; undefined while it is kept elsewhere, and then nothing is revoked. */
  readonly rootSeed: Uint8Array | undefined;
  /** Ed25519 seeds of 32 octets, those that no statement lists yet included. */
  readonly issuerSeeds: readonly Uint8Array[];
  /** 32 octets, by epoch. */
  readonly admissionKeys: ReadonlyMap<number, Uint8Array>;
  /** Keys for the security of bundles. */
  readonly bundleGrants: readonly BundleGrant[];
  /** Every statement, oldest first; at least one. */
  readonly statements: readonly Uint8Array[];
  /** Every certificate issued. */
  readonly certificates: readonly Uint8Array[];
}

/**
 * Keeps what an authority makes, durably, before anyone else sees it. Throws ConfigError for what
 * it cannot keep, also because another run has been faster.
 */
export interface Archive {
  issuerKey(seed: Uint8Array): void;
  admissionKey(epoch: number, key: Uint8Array): void;
  bundleGrant(grant: BundleGrant): void;
  certificate(id: Uint8Array, octets: Uint8Array): void;
  statement(serial: number, octets: Uint8Array): void;
}
