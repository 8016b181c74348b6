/**
 * The reasons for which a certificate or statement is not believed. Reports name them with those of
 * the key agreement, `session.…`, since a peer shows what it has in a handshake.
 *
 * Source: link-security §19; the clause names the rule that was broken.
 */
import { Fault } from '../fault.ts';

/** Octets that are not the deterministic CBOR that was expected. */
export const CBOR = new Fault('session', 'cbor', 'LS-501');
/** Well-formed CBOR that is not a certificate or statement that may be accepted. */
export const CERT_FORM = new Fault('session', 'cert-form', 'LS-503');
/** A certificate or statement whose signature does not verify. */
export const CERT_SIG = new Fault('session', 'cert-sig', 'LS-704');
/** A signer that the constellation does not list. */
export const ISSUER_UNKNOWN = new Fault('session', 'issuer-unknown', 'LS-704');
/** Another constellation's certificate or statement. */
export const CONSTELLATION = new Fault('session', 'constellation', 'LS-704');
/** A certificate id that the constellation statement revokes. */
export const REVOKED = new Fault('session', 'revoked', 'LS-704');
/** A certificate or key statement of epochs that have passed. */
export const EPOCH_OLD = new Fault('session', 'epoch-old', 'LS-704');
/** A certificate whose first epoch is yet to come. */
export const EPOCH_AHEAD = new Fault('session', 'epoch-ahead', 'LS-705');
/** The message names a spacecraft id that the certificate does not. */
export const SCID_NOT_IN_CERT = new Fault('session', 'scid-not-in-cert', 'LS-704');
/** A handshake key statement that is malformed or not signed by the certificate's key. */
export const HKS_SIG = new Fault('session', 'hks-sig', 'LS-504');
/** A handshake key statement over another key than the one Noise delivered. */
export const HKS_KEY = new Fault('session', 'hks-key', 'LS-504');
/** A handshake key statement of a boot before the newest one seen. */
export const BOOT_OLD = new Fault('session', 'boot-old', 'LS-504');
/** A certificate outside its dates, by a clock that is known to be right. */
export const CERT_DATES = new Fault('session', 'cert-dates', 'LS-1402');
/** Two constellation statements with one serial. */
export const STATEMENT_FORKED = new Fault('session', 'statement-forked', 'LS-1301');
