/**
 * From a completed Noise handshake to the two security associations of a session, and to the secret
 * from which its successor starts.
 *
 *   PRK = HKDF-Extract(salt = handshake hash, k1 ‖ k2)
 *   D(label, context, n) = HKDF-Expand(PRK, "ISLK1 " ‖ label ‖ 00 ‖ context, n)     SHA-512
 *   context = SPI chosen by the receiver (2) ‖ sender's SCID (2) ‖ receiver's SCID (2)
 *
 * Source: link-security §8.
 */
import { concat, utf8Encode } from '../bytes/octets.ts';
import { hkdfSha512 } from '../crypto/hash.ts';
import { scidOctets } from './prologue.ts';

/** What both sides know when a handshake is complete. */
export interface HandshakeResult {
  /** k1 and k2, 32 octets each. */
  readonly keys: readonly [Uint8Array, Uint8Array];
  /** h, 64 octets. */
  readonly hash: Uint8Array;
  readonly initiator: { readonly scid: number; readonly receiveSpi: number };
  readonly responder: { readonly scid: number; readonly receiveSpi: number };
}

/** The material of one security association; the receiver chose its SPI. */
export interface AssociationKeys {
  readonly spi: number;
  /** AES-256, 32 octets. */
  readonly key: Uint8Array;
  /** The first 4 octets of every IV. */
  readonly fixedField: Uint8Array;
}

/** Two associations, the means of succession, and a name for logs. */
export interface SessionKeys {
  readonly initiatorToResponder: AssociationKeys;
  readonly responderToInitiator: AssociationKeys;
  /** 16 octets; sent in clear once. */
  readonly resumeId: Uint8Array;
  /** 32 octets. Secret. */
  readonly resumePsk: Uint8Array;
  /** 8 octets; not secret. */
  readonly sessionId: Uint8Array;
}

/** Derives fresh arrays and erases k1 and k2 (LS-801). */
export function deriveSessionKeys(result: HandshakeResult): SessionKeys {
  const { initiator, responder, hash } = result;
  const secret = concat(result.keys);
  const derive = (label: string, context: Uint8Array, count: number): Uint8Array => {
    const info = concat([utf8Encode(`ISLK1 ${label}\0`), context]);
    return hkdfSha512(hash, secret, info, count);
  };
  const association = (direction: string, from: typeof initiator, to: typeof initiator) => {
    const context = concat([to.receiveSpi, from.scid, to.scid].map(scidOctets));
    const key = derive(`sa key ${direction}`, context, 32);
    return { spi: to.receiveSpi, key, fixedField: derive(`sa iv ${direction}`, context, 4) };
  };
  const session = {
    initiatorToResponder: association('i2r', initiator, responder),
    responderToInitiator: association('r2i', responder, initiator),
    resumeId: derive('resume id', NO_CONTEXT, 16),
    resumePsk: derive('resume psk', NO_CONTEXT, 32),
    sessionId: derive('session id', NO_CONTEXT, 8),
  };
  for (const octets of [secret, ...result.keys]) octets.fill(0);
  return session;
}

const NO_CONTEXT = new Uint8Array(0);
