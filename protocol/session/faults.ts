/**
 * The reasons for which the session layer refuses an input, under the names that reports and
 * conformance suites use. Source: link-security §19; the clause names the rule that was broken.
 */
import { Fault } from '../fault.ts';

/** A length field, or the octets received, do not fit the message. */
export const LENGTH = new Fault('session', 'length', 'LS-601');
/** A type, flag, reserved field, padding or handshake id that nothing here answers to. */
export const HEADER = new Fault('session', 'header', 'LS-601');
/** A protocol version other than 1. */
export const VERSION = new Fault('session', 'version', 'LS-601');
/** A cipher suite that is not supported. */
export const SUITE = new Fault('session', 'suite', 'LS-601');
/** A source or destination spacecraft id that does not belong to this link. */
export const SCID = new Fault('session', 'scid', 'LS-601');
/** The sender does not hold the admission key, or the message was damaged. */
export const MAC1 = new Fault('session', 'mac1', 'LS-702');
/** A cookie, or a mac2 under one, that this node did not give for this message. */
export const MAC2 = new Fault('session', 'cookie', 'LS-1203');
/** More of one kind than a node has work to spare for. */
export const BUDGET = new Fault('session', 'budget', 'LS-1201');
/** A handshake that only the peer had begun made room for a later one. */
export const HALF_OPEN_FULL = new Fault('session', 'halfopen-full', 'LS-712');
/** An X25519 result of all zeros. */
export const DH_ZERO = new Fault('session', 'dh-zero', 'LS-703');
/** An encapsulation key of the hybrid suite that is not one. */
export const KEM_KEY = new Fault('session', 'kem-key', 'LS-1701');
/** A Noise message whose tag does not verify. */
export const NOISE_AUTH = new Fault('session', 'noise-auth', 'LS-701');
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
/** The peer presents this node's own certificate. */
export const SELF = new Fault('session', 'self', 'LS-704');
/** A resume id that names no secret of this node, or no longer does. */
export const RESUME_UNKNOWN = new Fault('session', 'resume-unknown', 'LS-708');
/** The first four octets of the IV are not those of the security association. */
export const IV_FIXED = new Fault('session', 'iv-fixed', 'LS-904');
/** A frame counter of zero or beyond the hard limit. */
export const COUNTER_RANGE = new Fault('session', 'counter-range', 'LS-904');
/** A frame counter behind the window. */
export const TOO_OLD = new Fault('session', 'too-old', 'LS-1101');
/** A session is as old as one may be. */
export const LIMIT_AGE = new Fault('session', 'limit-age', 'link-security 10');
/** The sending key has sealed as many frames as it may. */
export const LIMIT_FRAMES = new Fault('session', 'limit-frames', 'LS-902');
/** A key has protected as many octets as it may. */
export const LIMIT_OCTETS = new Fault('session', 'limit-octets', 'LS-902');
/** Too many frames have failed under the receiving key. */
export const LIMIT_FAILURES = new Fault('session', 'limit-failures', 'link-security 10');
/** So many frames have failed under a receiving key that somebody should know. */
export const FAILURES_ALARM = new Fault('session', 'failures-alarm', 'link-security 10');
