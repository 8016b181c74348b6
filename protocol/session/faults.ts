/**
 * The reasons for which the key agreement refuses a message, or a key of a session a frame, under
 * the names that reports and conformance suites use.
 *
 * Source: link-security §19; the clause names the rule that was broken.
 */
import { Fault } from '../fault.ts';

/** A length field, or the octets received, do not fit the message. */
export const LENGTH = new Fault('session', 'length', 'LS-601');
/** A type, flag, reserved field, padding or handshake id that nothing here answers to. */
export const HEADER = new Fault('session', 'header', 'LS-601');
/**
 * A FINISH of a handshake that is not known, where none is half open: the peer may have agreed with
 * a former boot of this node, and says HELLO no sooner than it gives up, a minute later.
 */
export const UNPLACED = new Fault('session', 'header', 'LS-710');
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
