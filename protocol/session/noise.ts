/**
 * The Noise protocol framework with 25519, AESGCM and SHA512, and ML-KEM-768 beside 25519 where a
 * pattern has it. The objects bear their own names, and a handshake pattern is data. A message
 * that fails leaves a half-changed HandshakeState behind, so the caller reads into a `clone` and
 * keeps it only on success (LS-701).
 *
 * Source: The Noise Protocol Framework, revision 34; § numbers below are of that document. The
 * tokens of the KEM are of the hybrid forward secrecy draft, revision 1 (link-security §17).
 */
import { assert } from '../assert.ts';
import { concat } from '../bytes/octets.ts';
import { KEY_ERASED } from '../crypto/faults.ts';
import type { CryptoProvider, KemKeyPair, X25519Key } from '../crypto/ports.ts';
import { Fault } from '../fault.ts';
import { DH_ZERO, KEM_KEY, LENGTH } from './faults.ts';
import type { HandshakePattern, Token } from './noise-patterns.ts';
import { SymmetricState } from './noise-symmetric.ts';

/** What a handshake starts from. Keys stay the caller's and must outlive the handshake. */
export interface NoiseOptions {
  readonly provider: CryptoProvider;
  readonly pattern: HandshakePattern;
  readonly initiator: boolean;
  readonly prologue: Uint8Array;
  /** s */
  readonly staticKey: X25519Key;
  /** e, used for this one handshake. */
  readonly ephemeralKey: X25519Key;
  /** e1, used for this one handshake: an initiator's, where the pattern has it. */
  readonly kemKey?: KemKeyPair;
  /** 32 octets from which a responder's ekem1 grows, where the pattern has it. */
  readonly kemSeed?: Uint8Array;
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
  /** re1 */
  #remoteKemKey: Uint8Array | undefined;
  #next = 0;

  private constructor(options: NoiseOptions, symmetric: SymmetricState) {
    this.#options = options;
    this.#symmetric = symmetric;
    this.#remoteStatic = options.remoteStatic;
  }

  /** Initialize: the pattern, the prologue and the keys known before are mixed in. */
  static initialize(options: NoiseOptions): HandshakeState {
    const { pattern, provider, initiator, staticKey, remoteStatic } = options;
    const name = `Noise_${pattern.name}_${pattern.keyAgreement}_AESGCM_SHA512`;
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
    copy.#remoteKemKey = this.#remoteKemKey;
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

  /**
   * The next message: fresh octets. `session.dh-zero` when the peer's keys are of low order,
   * `session.kem-key` when its encapsulation key is none, `crypto.key-erased` when an own key is
   * gone.
   */
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
      } else if (token === 'e1') {
        const { kemKey } = this.#options;
        assert(kemKey !== undefined, 'the pattern needs a KEM key');
        parts.push(this.#symmetric.encryptAndHash(kemKey.publicKey));
      } else if (token === 'ekem1') {
        const ciphertext = this.#encapsulate();
        if (ciphertext instanceof Fault) return ciphertext;
        parts.push(ciphertext);
      } else {
        const fault = this.#mixSecret(token);
        if (fault !== undefined) return fault;
      }
    }
    parts.push(this.#symmetric.encryptAndHash(payload));
    return concat(parts);
  }

  /**
   * The payload of the next message, or `session.length`, `noise-auth` or `dh-zero`, or
   * `crypto.key-erased`. The message is kept in part and must not change.
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
      } else if (token === 's' || token === 'e1' || token === 'ekem1') {
        const octets = this.#symmetric.sealedOctets(FIELD_OCTETS[token]);
        if (message.length - at < octets) return LENGTH;
        const field = this.#symmetric.decryptAndHash(message.subarray(at, at + octets));
        if (field instanceof Fault) return field;
        this.#takeField(token, field);
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

  #takeField(token: keyof typeof FIELD_OCTETS, field: Uint8Array): void {
    if (token === 's') this.#remoteStatic = field;
    else if (token === 'e1') this.#remoteKemKey = field;
    else this.#decapsulate(field);
  }

  /** ekem1: the ciphertext goes under the key so far, and its secret into the next one. */
  #encapsulate(): Uint8Array | Fault {
    const { kemSeed, provider } = this.#options;
    assert(provider.kem !== undefined, NO_KEM);
    assert(kemSeed !== undefined && this.#remoteKemKey !== undefined, 'e1 came before ekem1');
    const encapsulated = provider.kem.encapsulate(this.#remoteKemKey, kemSeed);
    if (encapsulated instanceof Fault) return KEM_KEY;
    const sealed = this.#symmetric.encryptAndHash(encapsulated.ciphertext);
    this.#symmetric.mixKey(encapsulated.shared);
    encapsulated.shared.fill(0);
    return sealed;
  }

  #decapsulate(ciphertext: Uint8Array): void {
    const { kemKey, provider } = this.#options;
    assert(provider.kem !== undefined, NO_KEM);
    assert(kemKey !== undefined, 'e1 came before ekem1');
    const shared = provider.kem.decapsulate(kemKey.privateKey, ciphertext);
    assert(!(shared instanceof Fault), 'the field has the length of a ciphertext');
    this.#symmetric.mixKey(shared);
    shared.fill(0);
  }

  /** With a psk in the pattern, an ephemeral key also enters the cipher key (§9.2). */
  #mixEphemeral(publicKey: Uint8Array): void {
    this.#symmetric.mixHash(publicKey);
    if (this.#options.psk !== undefined) this.#symmetric.mixKey(publicKey);
  }

  #mixSecret(token: Exclude<Token, 'e' | keyof typeof FIELD_OCTETS>): Fault | undefined {
    const { psk, initiator, staticKey, ephemeralKey } = this.#options;
    if (token === 'psk') {
      assert(psk !== undefined, 'the pattern needs a pre-shared key');
      this.#symmetric.mixKeyAndHash(psk);
      return undefined;
    }
    // The first letter is the initiator's key, the second the responder's.
    const own = token[initiator ? 0 : 1] === 'e' ? ephemeralKey : staticKey;
    const remote = token[initiator ? 1 : 0] === 'e' ? this.#remoteEphemeral : this.#remoteStatic;
    assert(remote !== undefined, 'a pattern names only keys that are known');
    const shared = own.shared(remote);
    if (shared === KEY_ERASED) return KEY_ERASED;
    if (shared instanceof Fault) return DH_ZERO;
    this.#symmetric.mixKey(shared);
    shared.fill(0);
    return undefined;
  }
}

const KEY_OCTETS = 32;
/** What a token stands for on the wire, before it is encrypted. */
const NO_KEM = 'who speaks the hybrid suite has a KEM';
const FIELD_OCTETS = { s: KEY_OCTETS, e1: 1184, ekem1: 1088 };
