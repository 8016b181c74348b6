/**
 * The Noise protocol framework with 25519, AESGCM and SHA512, its objects under their own names and
 * a handshake pattern being data. A message that fails leaves a half-changed HandshakeState behind,
 * so the caller reads into a `clone` and keeps it only on success (LS-701).
 *
 * Source: The Noise Protocol Framework, revision 34; § numbers below are of that document.
 */
import { assert } from '../assert.ts';
import { concat } from '../bytes/octets.ts';
import type { CryptoProvider } from '../crypto/ports.ts';
import { Fault } from '../fault.ts';
import { DH_ZERO, LENGTH } from './faults.ts';
import { SymmetricState } from './noise-symmetric.ts';

/** The tokens of a message pattern (§5.3, §9.2). */
export type Token = 'e' | 's' | 'ee' | 'es' | 'se' | 'ss' | 'psk';

/** A handshake pattern (§7): whether both static keys are known before, and the messages. */
export interface HandshakePattern {
  readonly name: string;
  readonly staticsKnown: boolean;
  readonly messages: readonly (readonly Token[])[];
}

/** Neither side knows the other's static key; both send theirs, encrypted (§7.5). */
export const XX: HandshakePattern = {
  name: 'XX',
  staticsKnown: false,
  messages: [['e'], ['e', 'ee', 's', 'es'], ['s', 'se']],
};

/** Both static keys and a secret are known before (§7.5, §9.4). */
export const KKPSK0: HandshakePattern = {
  name: 'KKpsk0',
  staticsKnown: true,
  messages: [
    ['psk', 'e', 'es', 'ss'],
    ['e', 'ee', 'se'],
  ],
};

/** An X25519 key pair; both keys are 32 octets. */
export interface KeyPair {
  readonly privateKey: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** What a handshake starts from. Keys stay the caller's and must outlive the handshake. */
export interface NoiseOptions {
  readonly provider: CryptoProvider;
  readonly pattern: HandshakePattern;
  readonly initiator: boolean;
  readonly prologue: Uint8Array;
  /** s */
  readonly staticKey: KeyPair;
  /** e, used for this one handshake. */
  readonly ephemeralKey: KeyPair;
  /** rs, 32 octets, where the pattern has it known before. */
  readonly remoteStatic?: Uint8Array;
  /** 32 octets, where the pattern has a psk token. */
  readonly psk?: Uint8Array;
}

/** One side of one handshake: writes and reads the messages of a pattern in turn (§5.3). */
export class HandshakeState {
  readonly #options: NoiseOptions;
  readonly #symmetric: SymmetricState;
  #remoteStatic: Uint8Array | undefined;
  #remoteEphemeral: Uint8Array | undefined;
  #next = 0;

  private constructor(options: NoiseOptions, symmetric: SymmetricState) {
    this.#options = options;
    this.#symmetric = symmetric;
    this.#remoteStatic = options.remoteStatic;
  }

  /** Initialize: the pattern, the prologue and the keys known before are mixed in. */
  static initialize(options: NoiseOptions): HandshakeState {
    const { pattern, provider, initiator, staticKey, remoteStatic } = options;
    const name = `Noise_${pattern.name}_25519_AESGCM_SHA512`;
    const symmetric = SymmetricState.initialize(name, provider.aead);
    symmetric.mixHash(options.prologue);
    if (pattern.staticsKnown) {
      assert(remoteStatic !== undefined, 'the pattern needs the remote static key');
      symmetric.mixHash(initiator ? staticKey.publicKey : remoteStatic);
      symmetric.mixHash(initiator ? remoteStatic : staticKey.publicKey);
    }
    return new HandshakeState(options, symmetric);
  }

  /** A state equal to this one that goes its own way from here. */
  clone(): HandshakeState {
    const copy = new HandshakeState(this.#options, this.#symmetric.clone());
    copy.#remoteStatic = this.#remoteStatic;
    copy.#remoteEphemeral = this.#remoteEphemeral;
    copy.#next = this.#next;
    return copy;
  }

  /** The peer's static key, once it is known: 32 octets. */
  get remoteStatic(): Uint8Array | undefined {
    return this.#remoteStatic;
  }

  /** The peer's ephemeral key, once it was read: 32 octets. */
  get remoteEphemeral(): Uint8Array | undefined {
    return this.#remoteEphemeral;
  }

  /** The next message: fresh octets. `session.dh-zero` when the peer's keys are of low order. */
  writeMessage(payload: Uint8Array): Uint8Array | Fault {
    const parts: Uint8Array[] = [];
    // Bounded by the pattern's tokens.
    for (const token of this.#takeTokens(true)) {
      if (token === 'e') {
        const { publicKey } = this.#options.ephemeralKey;
        parts.push(publicKey);
        this.#mixEphemeral(publicKey);
      } else if (token === 's') {
        parts.push(this.#symmetric.encryptAndHash(this.#options.staticKey.publicKey));
      } else {
        const fault = this.#mixSecret(token);
        if (fault !== undefined) return fault;
      }
    }
    parts.push(this.#symmetric.encryptAndHash(payload));
    return concat(parts);
  }

  /**
   * The payload of the next message, or `session.length`, `noise-auth` or `dh-zero`. The message
   * is kept in part and must not change.
   */
  readMessage(message: Uint8Array): Uint8Array | Fault {
    const keysEnd = this.readKeys(message);
    return keysEnd instanceof Fault ? keysEnd : this.readPayload(message.subarray(keysEnd));
  }

  /** The first half of `readMessage`, in which all the work lies: where the payload begins. */
  readKeys(message: Uint8Array): number | Fault {
    let at = 0;
    // Bounded by the pattern's tokens.
    for (const token of this.#takeTokens(false)) {
      if (token === 'e') {
        if (message.length - at < KEY_OCTETS) return LENGTH;
        this.#remoteEphemeral = message.subarray(at, at + KEY_OCTETS);
        at += KEY_OCTETS;
        this.#mixEphemeral(this.#remoteEphemeral);
      } else if (token === 's') {
        const octets = this.#symmetric.sealedOctets(KEY_OCTETS);
        if (message.length - at < octets) return LENGTH;
        const remoteStatic = this.#symmetric.decryptAndHash(message.subarray(at, at + octets));
        if (remoteStatic instanceof Fault) return remoteStatic;
        this.#remoteStatic = remoteStatic;
        at += octets;
      } else {
        const fault = this.#mixSecret(token);
        if (fault !== undefined) return fault;
      }
    }
    return at;
  }

  /** The second half of `readMessage`. */
  readPayload(sealed: Uint8Array): Uint8Array | Fault {
    return this.#symmetric.decryptAndHash(sealed);
  }

  /** See `SymmetricState.split` and `handshakeHash`; only after the last message. */
  finish(): { readonly keys: readonly [Uint8Array, Uint8Array]; readonly hash: Uint8Array } {
    assert(this.#next === this.#options.pattern.messages.length, 'the handshake is complete');
    return { keys: this.#symmetric.split(), hash: this.#symmetric.handshakeHash() };
  }

  #takeTokens(writing: boolean): readonly Token[] {
    const index = this.#next++;
    assert(writing === ((index % 2 === 0) === this.#options.initiator), 'sides take turns');
    const tokens = this.#options.pattern.messages[index];
    assert(tokens !== undefined, 'the pattern has another message');
    return tokens;
  }

  /** With a psk in the pattern, an ephemeral key also enters the cipher key (§9.2). */
  #mixEphemeral(publicKey: Uint8Array): void {
    this.#symmetric.mixHash(publicKey);
    if (this.#options.psk !== undefined) this.#symmetric.mixKey(publicKey);
  }

  #mixSecret(token: Exclude<Token, 'e' | 's'>): Fault | undefined {
    const { psk, initiator, staticKey, ephemeralKey, provider } = this.#options;
    if (token === 'psk') {
      assert(psk !== undefined, 'the pattern needs a pre-shared key');
      this.#symmetric.mixKeyAndHash(psk);
      return undefined;
    }
    // The first letter is the initiator's key, the second the responder's.
    const own = token[initiator ? 0 : 1] === 'e' ? ephemeralKey : staticKey;
    const remote = token[initiator ? 1 : 0] === 'e' ? this.#remoteEphemeral : this.#remoteStatic;
    assert(remote !== undefined, 'a pattern names only keys that are known');
    const shared = provider.curve.x25519Shared(own.privateKey, remote);
    if (shared instanceof Fault) return DH_ZERO;
    this.#symmetric.mixKey(shared);
    shared.fill(0);
    return undefined;
  }
}

const KEY_OCTETS = 32;
