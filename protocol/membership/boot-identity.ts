/**
 * What a node makes of its identity key at each boot, and again when the epoch changes: a static
 * X25519 key that lives in memory only, and the statement that binds it to the node's certificate.
 * Nothing of it survives the process, and nothing may be saved (LS-906, LS-1501).
 *
 * Source: link-security §5.4, §8 (LS-802), §15.
 */
import { utf8Encode } from '../bytes/octets.ts';
import { HedgedRandom, hedgeSecret } from '../crypto/hedged-random.ts';
import type { Curve, Ed25519Key, Random, X25519Key } from '../crypto/ports.ts';
import type { Credentials } from './credentials.ts';
import { signKeyStatement } from './key-statement.ts';
import { ResumeSecrets } from './resumption.ts';

/** One boot of a node, as the handshakes of its links need it. */
export interface BootIdentity {
  readonly boot: number;
  readonly staticKey: X25519Key;
  /** The HKS over `staticKey`, COSE_Sign1 octets. */
  readonly keyStatement: Uint8Array;
  readonly ephemeralKeys: EphemeralKeys;
  /** They rest on `staticKey`, and end with it. */
  readonly resumeSecrets: ResumeSecrets;
}

/**
 * Makes the identity for a boot that was never used before, in the epoch that has come.
 * `certificateId` is that of the node's own certificate, 16 octets, which is for `identityKey`.
 */
export function createBootIdentity(
  credentials: Credentials,
  identityKey: Ed25519Key,
  certificateId: Uint8Array,
  { epoch, boot }: { readonly epoch: number; readonly boot: number },
  { curve, random }: { readonly curve: Curve; readonly random: Random },
): BootIdentity {
  const { constellationId, identityPrivateKey } = credentials;
  const ephemeralKeys = new EphemeralKeys(identityPrivateKey, boot, curve, random);
  const staticKey = ephemeralKeys.next();
  const fields = { constellationId, staticPublicKey: staticKey.publicKey, epoch, boot };
  const keyStatement = signKeyStatement(fields, certificateId, identityKey);
  return { boot, staticKey, keyStatement, ephemeralKeys, resumeSecrets: new ResumeSecrets() };
}

/**
 * Fresh X25519 keys, hedged: even from a generator that repeats itself, keys differ by node, boot
 * and use. Source: LS-802, after RFC 8937.
 */
export class EphemeralKeys {
  readonly #curve: Curve;
  readonly #random: HedgedRandom;

  constructor(identityPrivateKey: Uint8Array, boot: number, curve: Curve, random: Random) {
    const secret = hedgeSecret(identityPrivateKey, HEDGE_LABEL);
    this.#random = new HedgedRandom(random, EPHEMERAL_LABEL, secret, boot);
    this.#curve = curve;
  }

  /** The next key, fresh; the taker erases it when done. */
  next(): X25519Key {
    const privateKey = this.seed(32);
    const key = this.#curve.x25519Key(privateKey);
    privateKey.fill(0);
    return key;
  }

  /** Up to 64 octets from which one key may grow, fresh; the taker erases them when done. */
  seed(count: number): Uint8Array {
    return this.#random.octets(count);
  }
}

const EPHEMERAL_LABEL = utf8Encode('ISLK1 eph');
const HEDGE_LABEL = utf8Encode('ISLK1 eph secret');
