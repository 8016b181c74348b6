/**
 * What a node is given before launch: all raw octets, owned by the protocol and never logged.
 *
 * Source: link-security §5.6.
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
  /**
   * Those of the current epoch and the next, and of the one before where it is still in use: at
   * most 3, one an epoch. Without any, the open key of LS-1200 serves.
   */
  readonly admissionKeys: readonly AdmissionKey[];
  /** Accept peers whose certificate has the test-equipment role (seeded simulations; LS-503). */
  readonly allowTestEquipment: boolean;
}

/** The secret that all members share in one epoch (LS-1200). */
export interface AdmissionKey {
  readonly epoch: number;
  /** 32 octets. Secret. */
  readonly key: Uint8Array;
}
