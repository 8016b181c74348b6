/** What comes out of a handshake machine. Source: link-security §7. */
import type { Fault } from '../fault.ts';
import type { Session } from './session.ts';

/** Why an own attempt came to nothing. */
export type FailureReason = 'no-reply' | 'no-confirmation' | 'declined';

/** What the handshake asks of its owner, or tells it. */
export type HandshakeOutput =
  | { readonly kind: 'send'; readonly message: Uint8Array }
  /**
   * There is a session: to be used at once, beginning with a protected frame whatever else there is
   * to say, where this side speaks first; elsewhere once that frame has come (LS-707, LS-708).
   */
  | { readonly kind: 'established'; readonly session: Session }
  /** A session that no frame has come on will carry none. */
  | { readonly kind: 'void'; readonly session: Session }
  /**
   * The peer says FINISH again: no protected frame had reached it when it did (LS-707). An owner
   * that repeats its first frame of its own accord need do nothing; anybody can say this one again.
   */
  | { readonly kind: 'repeated' }
  /** An own attempt ended. A first contact follows: after a rekey at once, else after a pause. */
  | {
      readonly kind: 'failed';
      readonly attempt: 'hello' | 'rekey';
      readonly reason: FailureReason;
    }
  /** A message was refused; of what type it claims to be, where it came to be looked at. */
  | { readonly kind: 'fault'; readonly fault: Fault; readonly messageType?: number | undefined };
