/**
 * What a node makes of its credentials at each start: a static X25519 key that lives in memory
 * only, the statement that binds it to the node's certificate, and the state that all its links
 * share. Nothing of it survives the process, and nothing may be saved (LS-906, LS-1501).
 *
 * Source: link-security §5.4, §8 (LS-802), §15.
 */
import { assert } from '../assert.ts';
import { CborWriter } from '../bytes/cbor-writer.ts';
import { concat, equal, utf8Encode } from '../bytes/octets.ts';
import { hmacSha512, sha512 } from '../crypto/hash.ts';
import type { CryptoProvider, Curve, Random } from '../crypto/ports.ts';
import { Fault } from '../fault.ts';
import { type Certificate, decodeCertificate } from './certificate.ts';
import type { Credentials } from './credentials.ts';
import { signKeyStatement } from './key-statement.ts';
import type { KeyPair } from './noise.ts';
import { PeerBoots } from './peer-boots.ts';
import { SpiPool } from './spi-pool.ts';
import { type ConstellationStatement, verifyStatement } from './statement.ts';

/** One node between one start and the next; shared by all its links. */
export interface BootIdentity {
  /** The node's own. */
  readonly certificate: Certificate;
  /** The newest constellation statement. */
  readonly statement: ConstellationStatement;
  readonly staticKey: KeyPair;
  /** The HKS over `staticKey`, COSE_Sign1 octets. */
  readonly keyStatement: Uint8Array;
  readonly ephemeralKeys: EphemeralKeys;
  readonly spis: SpiPool;
  readonly peerBoots: PeerBoots;
}

/**
 * Makes the identity for this start. `boot` is higher than at every earlier start of the node; the
 * epoch is that of the credentials' statement. Credentials that contradict themselves are the
 * caller's mistake, so they are asserted.
 */
export function createBootIdentity(
  credentials: Credentials,
  boot: number,
  provider: CryptoProvider,
  random: Random,
): BootIdentity {
  const { constellationId, rootPublicKeys, identityPrivateKey } = credentials;
  const { curve } = provider;
  const decoded = decodeCertificate(credentials.certificate);
  assert(!(decoded instanceof Fault), 'the own certificate is well-formed');
  const { certificate } = decoded;
  const identityKey = curve.ed25519Public(identityPrivateKey);
  assert(equal(certificate.publicKey, identityKey), 'the own certificate is for the own key');
  const statement = verifyStatement(credentials.statement, rootPublicKeys, constellationId, curve);
  assert(!(statement instanceof Fault), 'the constellation statement is signed by a root');
  const { epoch } = statement;

  const ephemeralKeys = new EphemeralKeys(identityPrivateKey, boot, curve, random);
  const staticKey = ephemeralKeys.next();
  const fields = { constellationId, staticPublicKey: staticKey.publicKey, epoch, boot };
  const keyStatement = signKeyStatement(fields, certificate.id, identityPrivateKey, curve);
  const shared = { ephemeralKeys, spis: new SpiPool(random), peerBoots: new PeerBoots() };
  return { certificate, statement, staticKey, keyStatement, ...shared };
}

/**
 * Fresh X25519 keys, hedged: even from a generator that repeats itself, keys differ by node, boot
 * and use. Source: LS-802, after RFC 8937.
 */
export class EphemeralKeys {
  readonly #secret: Uint8Array;
  readonly #boot: number;
  readonly #curve: Curve;
  readonly #random: Random;
  #counter = 0;

  constructor(identityPrivateKey: Uint8Array, boot: number, curve: Curve, random: Random) {
    this.#secret = hmacSha512(identityPrivateKey, HEDGE_LABEL);
    this.#boot = boot;
    this.#curve = curve;
    this.#random = random;
  }

  /** The next key pair, fresh; the taker erases the private key when done. */
  next(): KeyPair {
    const use = new CborWriter()
      .uint(this.#boot)
      .uint(this.#counter++)
      .finish();
    const seed = concat([EPHEMERAL_LABEL, this.#random.octets(32), this.#secret, use]);
    const hash = sha512(seed);
    const privateKey = hash.slice(0, 32);
    hash.fill(0);
    seed.fill(0);
    return { privateKey, publicKey: this.#curve.x25519Public(privateKey) };
  }
}

const EPHEMERAL_LABEL = utf8Encode('ISLK1 eph');
const HEDGE_LABEL = utf8Encode('ISLK1 eph secret');
