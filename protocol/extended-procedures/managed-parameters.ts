/**
 * What both ends of the Extended Procedures agree on beforehand. The defaults are the baseline of
 * CCSDS 355.1-B-1 annex D where it says something, else what nasa/CryptoLib does; where the book is
 * unclear nothing is claimed, and both readings can be set.
 */
import type { StaticFields } from '../association/static-keys.ts';

/** The managed parameters of one recipient. Widths are in octets. */
export interface ProcedureParameters {
  /** Octets behind the fields of a PDU that are passed over, as CryptoLib does with four. */
  readonly trailingOctetsMax: number;
  /** Width of a key state in an inventory reply. */
  readonly keyStateOctets: number;
  /** Width of the mask length in Create SA: the text of the book has 1, its figure 2. */
  readonly maskLengthOctets: 1 | 2;
  /** Width of the encryption key id in Rekey SA, which the baseline leaves out. */
  readonly encryptionKeyIdOctets: 0 | 2;
  /** Width of the number in Rekey SA, Set ARSN and Read ARSN. */
  readonly numberOctets: number;
  /** Width of the window in Set ARSN Window, at most 6. */
  readonly windowOctets: number;
  /** Width of the two counts in log replies. */
  readonly logCountOctets: number;
  /** The octets that name an encryption suite in Create SA, in hexadecimal. */
  readonly encryptionSuites: Readonly<Record<string, 'aes-256-gcm'>>;
  /** The octets that name an authentication suite in Create SA, in hexadecimal. */
  readonly authenticationSuites: Readonly<
    Record<string, 'aes-256-cmac' | 'hmac-sha256' | 'hmac-sha512'>
  >;
  /** Octets of a frame before its security header: a mask covers both. */
  readonly prefixOctets: number;
  /** Octets of security header and MAC together: a link leaves the most room for them. */
  readonly securityOctetsMin: number;
  readonly securityOctetsMax: number;
  /** The mask of an association that is created without one. */
  readonly mask: (fields: StaticFields) => Uint8Array | undefined;
}

/** On a crosslink: USLP with a frame count of 3 octets, the whole header authenticated. */
export const PROCEDURE_PARAMETERS: ProcedureParameters = {
  trailingOctetsMax: 0,
  keyStateOctets: 1,
  maskLengthOctets: 2,
  encryptionKeyIdOctets: 0,
  numberOctets: 12,
  windowOctets: 4,
  logCountOctets: 2,
  encryptionSuites: { '01': 'aes-256-gcm' },
  authenticationSuites: { '01': 'aes-256-cmac', '02': 'hmac-sha256', '03': 'hmac-sha512' },
  prefixOctets: 10,
  securityOctetsMin: 0,
  securityOctetsMax: 30,
  mask: () => undefined,
};
