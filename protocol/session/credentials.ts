/**
 * What a node is given before launch (link-security §5.6): all raw octets, owned by the session
 * room and never logged.
 */

/** The trust and identity of one node. */
export interface Credentials {
  /** 16 octets. */
  readonly constellationId: Uint8Array;
  /** 1–4 Ed25519 root public keys. */
  readonly rootPublicKeys: readonly Uint8Array[];
  /** The newest constellation statement, COSE_Sign1 octets. */
  readonly statement: Uint8Array;
  /** Ed25519 seed, 32 octets. Secret. */
  readonly identityPrivateKey: Uint8Array;
  /** COSE_Sign1 octets of the node's own certificate. */
  readonly certificate: Uint8Array;
  /** 32 octets, the admission key of the current epoch. Secret. */
  readonly admissionKey: Uint8Array;
  /** Accept peers whose certificate has the test-equipment role (seeded simulations; LS-503). */
  readonly allowTestEquipment: boolean;
}
