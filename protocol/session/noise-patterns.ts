/**
 * The handshake patterns in use.
 *
 * Source: The Noise Protocol Framework, revision 34; XXhfs after the hybrid forward secrecy draft,
 * revision 1, with a KEM (link-security §17).
 */

/** The tokens of a message pattern (§5.3, §9.2), and those of a KEM. */
export type Token = 'e' | 's' | 'e1' | 'ekem1' | 'ee' | 'es' | 'se' | 'ss' | 'psk';

/** A handshake pattern (§7): whether both static keys are known before, and the messages. */
export interface HandshakePattern {
  readonly name: string;
  /** The section of the protocol name that names the key agreement (§8). */
  readonly keyAgreement: '25519' | '25519+MLKEM768';
  readonly staticsKnown: boolean;
  readonly messages: readonly (readonly Token[])[];
}

/** Neither side knows the other's static key; both send theirs, encrypted (§7.5). */
export const XX: HandshakePattern = {
  name: 'XX',
  keyAgreement: '25519',
  staticsKnown: false,
  messages: [['e'], ['e', 'ee', 's', 'es'], ['s', 'se']],
};

/** XX with a KEM, for secrecy from whoever records now and has a quantum computer later. */
export const XXHFS: HandshakePattern = {
  name: 'XXhfs',
  keyAgreement: '25519+MLKEM768',
  staticsKnown: false,
  messages: [
    ['e', 'e1'],
    ['e', 'ee', 'ekem1', 's', 'es'],
    ['s', 'se'],
  ],
};

/** Both static keys and a secret are known before (§7.5, §9.4). */
export const KKPSK0: HandshakePattern = {
  name: 'KKpsk0',
  keyAgreement: '25519',
  staticsKnown: true,
  messages: [
    ['psk', 'e', 'es', 'ss'],
    ['e', 'ee', 'se'],
  ],
};
