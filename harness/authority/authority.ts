/**
 * The constellation authority: it signs constellation statements with a root key and certificates
 * with an issuer key, and keeps one admission key an epoch. It makes all keys itself; its own
 * private ones go to its archive and to nobody else.
 *
 * Source: link-security §5, §12 (LS-1200), §13 (LS-1301, LS-1304).
 */
import { ConfigError } from '#node/config-error.ts';
import { assert } from '#protocol/assert.ts';
import { equal, fromHex, toHex } from '#protocol/bytes/octets.ts';
import type { Ed25519Key } from '#protocol/crypto/ports.ts';
import { Fault } from '#protocol/fault.ts';
import {
  type Certificate,
  decodeCertificate,
  issueCertificate,
  ROLE,
} from '#protocol/membership/certificate.ts';
import { keyIdOf } from '#protocol/membership/cose.ts';
import type { AdmissionKey, Credentials } from '#protocol/membership/credentials.ts';
import {
  type ConstellationStatement,
  signStatement,
  verifyStatement,
} from '#protocol/membership/statement.ts';
import { type BundleGrant, type BundleKeyKind, newGrant } from './bundle-grant.ts';
import type {
  AuthorityOptions,
  Endorsement,
  Holdings,
  IssuedCertificate,
  NodeIdentity,
  Revocation,
  SignedStatement,
} from './contract.ts';
import { EPOCH_FIRST, newHoldings } from './holdings.ts';

/** Makes a new constellation with an authority of its own, which lives as long as the object. */
export function createAuthority(options: AuthorityOptions & { readonly name: string }): Authority {
  const { name, provider, random } = options;
  const holdings = newHoldings({ name, epoch: EPOCH_FIRST }, provider.curve, random);
  return new Authority(holdings, options);
}

/** One constellation's authority. */
export class Authority {
  readonly #holdings: Holdings;
  readonly #options: AuthorityOptions;
  /** Every statement, oldest first. Bounded by what people sign. */
  readonly #statements: SignedStatement[];
  /** Bounded by what people issue. */
  readonly #certificates: IssuedCertificate[];
  /** By public key in hexadecimal. Bounded by the statements. */
  readonly #issuerKeys = new Map<string, Ed25519Key>();
  /** Bounded by the epochs. */
  readonly #admissionKeys: Map<number, Uint8Array>;
  /** Bounded by what people make. */
  readonly #bundleGrants: BundleGrant[];

  /** `holdings` belong together: the roots have signed the statements, whose serials rise. */
  constructor(holdings: Holdings, options: AuthorityOptions) {
    assert(holdings.statements.length > 0, 'an authority has made a statement');
    this.#holdings = holdings;
    this.#options = options;
    this.#statements = holdings.statements.map((octets) => this.#read(octets));
    this.#certificates = holdings.certificates.map(entryOf);
    this.#admissionKeys = new Map(holdings.admissionKeys);
    this.#bundleGrants = [...holdings.bundleGrants];
    for (const seed of holdings.issuerSeeds) this.#learn(seed);
  }

  /** The newest. */
  get statement(): SignedStatement {
    return this.#statements.at(-1) as SignedStatement;
  }

  /** 1–4 Ed25519 public keys. */
  get rootPublicKeys(): readonly Uint8Array[] {
    return this.#holdings.rootPublicKeys;
  }

  /** Every certificate issued. */
  get certificates(): readonly IssuedCertificate[] {
    return this.#certificates;
  }

  /** Every key for the security of bundles; secret. */
  get bundleGrants(): readonly BundleGrant[] {
    return this.#bundleGrants;
  }

  /** Makes a key for the security of bundles. Throws ConfigError when the name is taken. */
  makeBundleKey(name: string, kind: BundleKeyKind, nodes: string): BundleGrant {
    if (this.#bundleGrants.some((grant) => grant.name === name)) {
      throw new ConfigError(`there is a key ${name} already`, {
        remedy: 'Give another name: a key that is renewed is another key',
      });
    }
    const grant = newGrant(name, kind, nodes, this.#options.random);
    this.#options.archive?.bundleGrant(grant);
    this.#bundleGrants.push(grant);
    return grant;
  }

  /** Fresh credentials, with a new identity key each time. */
  issue(node: NodeIdentity): Credentials {
    const identityPrivateKey = this.#options.random.octets(32);
    const publicKey = this.#options.provider.curve.ed25519Key(identityPrivateKey).publicKey;
    return { ...this.endorse(node, publicKey), identityPrivateKey };
  }

  /** Certifies an Ed25519 public key of 32 octets whose private part stays with the node. */
  endorse(node: NodeIdentity, publicKey: Uint8Array): Endorsement {
    const { name, constellationId, rootPublicKeys } = this.#holdings;
    const { random, testEquipment } = this.#options;
    const { epoch, octets: statement } = this.statement;
    const { first, last } = node.epochs ?? { first: epoch, last: epoch + 1 };
    const roles = testEquipment ? node.roles | ROLE.testEquipment : node.roles;
    const claims: Certificate = {
      issuer: name,
      subject: node.eid,
      expiresAtS: YEAR_2100_S,
      notBeforeS: node.notBeforeS ?? 0,
      id: random.octets(16),
      publicKey,
      constellationId,
      scids: node.scids,
      firstEpoch: first,
      lastEpoch: last,
      roles,
    };
    const issuer = this.#issuerOf(epoch);
    const issuerKey = this.#issuerKeys.get(toHex(issuer)) as Ed25519Key;
    const certificate = issueCertificate(claims, issuerKey);
    this.#options.archive?.certificate(claims.id, certificate);
    this.#certificates.push({ claims, issuerKeyId: keyIdOf(issuer) });
    const trust = { constellationId, rootPublicKeys, statement };
    const admissionKeys = this.#admissionKeysIn(epoch);
    const allowTestEquipment = (roles & ROLE.testEquipment) !== 0;
    return { ...trust, certificate, admissionKeys, allowTestEquipment };
  }

  /** Signs the next statement, which withdraws more. Throws ConfigError when there is no room. */
  revoke({ certificateIds, leastBoots = new Map() }: Revocation): SignedStatement {
    const revoked = new Set([...this.statement.revoked, ...certificateIds]);
    const boots = new Map(this.statement.leastBoots);
    for (const [scid, boot] of leastBoots) {
      const least = boots.get(scid) ?? 0;
      if (boot < least) throw fallingBoot(scid, least);
      boots.set(scid, boot);
    }
    checkRoom('revoked certificates', revoked.size, WITHDRAWN_MAX);
    checkRoom('least boots', boots.size, WITHDRAWN_MAX);
    return this.#sign({ revoked, leastBoots: boots });
  }

  /** Lists a new issuer, which signs from the next epoch on (LS-1304). */
  addIssuer(): SignedStatement {
    const { issuerPublicKeys } = this.statement;
    checkRoom('issuers', issuerPublicKeys.length + 1, ISSUERS_MAX);
    // An earlier run may have been interrupted between the key and the statement.
    const unlisted = [...this.#issuerKeys.keys()].find((key) => !this.#everListed(key));
    return this.#sign({
      issuerPublicKeys: [
        ...issuerPublicKeys,
        unlisted === undefined ? this.#makeIssuer() : fromHex(unlisted),
      ],
    });
  }

  /**
   * Signs the statement that begins the next epoch. The admission key of the epoch after it is
   * made, and issuers and revocations that no living certificate needs are listed no longer.
   */
  advanceEpoch(): SignedStatement {
    const epoch = this.statement.epoch + 1;
    if (!this.#admissionKeys.has(epoch + 1)) this.#makeAdmissionKey(epoch + 1);
    const isAlive = ({ claims }: IssuedCertificate) => claims.lastEpoch >= epoch;
    const living = this.#certificates.filter(isAlive);
    const dead = this.#certificates.filter((entry) => !isAlive(entry));
    const passed = new Set(dead.map(({ claims }) => toHex(claims.id)));
    const revoked = new Set([...this.statement.revoked].filter((id) => !passed.has(id)));
    const listed = this.statement.issuerPublicKeys;
    const signer = listed.indexOf(this.#issuerOf(epoch));
    const issuerPublicKeys = listed.filter((key, index) => {
      const keyId = keyIdOf(key);
      return index >= signer || living.some(({ issuerKeyId }) => equal(issuerKeyId, keyId));
    });
    return this.#sign({ epoch, issuerPublicKeys, revoked });
  }

  /** The newest issuer that was listed before `epoch`, or from the beginning. */
  #issuerOf(epoch: number): Uint8Array {
    const [oldest] = this.#statements as [SignedStatement];
    const known = this.#statements.filter((each) => each === oldest || each.epoch < epoch);
    const before = new Set(known.flatMap(({ issuerPublicKeys }) => issuerPublicKeys.map(toHex)));
    const issuer = this.statement.issuerPublicKeys.findLast(
      (key) => before.has(toHex(key)) && this.#issuerKeys.has(toHex(key)),
    );
    if (issuer !== undefined) return issuer;
    throw new ConfigError('no private key of an issuer that may sign is here', {
      remedy: 'Bring the issuer key back, or list a new issuer and advance the epoch',
    });
  }

  #everListed(publicKey: string): boolean {
    return this.#statements.some(({ issuerPublicKeys }) =>
      issuerPublicKeys.some((key) => toHex(key) === publicKey),
    );
  }

  #makeIssuer(): Uint8Array {
    const seed = this.#options.random.octets(32);
    this.#options.archive?.issuerKey(seed);
    return this.#learn(seed);
  }

  #learn(issuerSeed: Uint8Array): Uint8Array {
    const key = this.#options.provider.curve.ed25519Key(issuerSeed);
    this.#issuerKeys.set(toHex(key.publicKey), key);
    return key.publicKey;
  }

  /**
   * Those that a node needs in `epoch`: of the epoch itself, the next, and the one before if it is
   * still here. Never made anew: members with another one would not hear each other.
   */
  #admissionKeysIn(epoch: number): AdmissionKey[] {
    if (!this.#admissionKeys.has(epoch)) {
      throw new ConfigError(`the admission key of epoch ${epoch} is not here`, {
        remedy: 'Bring it back, or advance the epoch and issue all credentials anew',
      });
    }
    return [epoch - 1, epoch, epoch + 1].flatMap((each) => {
      const key = this.#admissionKeys.get(each);
      return key === undefined ? [] : [{ epoch: each, key }];
    });
  }

  #makeAdmissionKey(epoch: number): void {
    const key = this.#options.random.octets(32);
    this.#options.archive?.admissionKey(epoch, key);
    this.#admissionKeys.set(epoch, key);
  }

  #sign(changes: Partial<ConstellationStatement>): SignedStatement {
    const { rootSeed } = this.#holdings;
    if (rootSeed === undefined) {
      throw new ConfigError('the private root key is not here, so no statement can be signed', {
        remedy: 'Bring the root key back for as long as it takes',
      });
    }
    const { octets: _, ...fields } = this.statement;
    const serial = fields.serial + 1;
    const next = { ...fields, serial, ...changes };
    const octets = signStatement(next, this.#options.provider.curve.ed25519Key(rootSeed));
    const statement = this.#read(octets);
    this.#options.archive?.statement(serial, octets);
    this.#statements.push(statement);
    return statement;
  }

  #read(octets: Uint8Array): SignedStatement {
    const { rootPublicKeys, constellationId } = this.#holdings;
    const { curve } = this.#options.provider;
    const fields = verifyStatement(octets, rootPublicKeys, constellationId, curve);
    assert(!(fields instanceof Fault), 'the statements of an authority are its own');
    return { ...fields, octets };
  }
}

function entryOf(octets: Uint8Array): IssuedCertificate {
  const decoded = decodeCertificate(octets);
  assert(!(decoded instanceof Fault), 'the certificates of an authority are well-formed');
  return { claims: decoded.certificate, issuerKeyId: decoded.signed.keyId };
}

function fallingBoot(scid: number, least: number): ConfigError {
  return new ConfigError(`the least boot of spacecraft ${scid} is ${least} already`, {
    expected: `${least} or more: it never falls`,
    remedy: 'Raise the number',
  });
}

function checkRoom(what: string, count: number, max: number): void {
  if (count <= max) return;
  throw new ConfigError(`a statement has room for ${max} ${what}`, {
    remedy: 'Advance the epoch: what no living certificate needs is listed no longer',
  });
}

const YEAR_2100_S = 4_102_444_800;
/** link-security §5.5. */
const ISSUERS_MAX = 8;
const WITHDRAWN_MAX = 512;
