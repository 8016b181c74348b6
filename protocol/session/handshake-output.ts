/** What comes out of a handshake machine. Source: link-security §7. */
import type { Fault } from '../fault.ts';
import type { Session } from './session.ts';

/** What the handshake asks of its owner, or tells it. */
export type HandshakeOutput =
  | { readonly kind: 'send'; readonly message: Uint8Array }
  /**
   * The session may be used: by the initiator at once, right after the FINISH; by the responder
   * with a protected frame at once, whatever else there is to say (LS-707).
   */
  | { readonly kind: 'established'; readonly session: Session }
  /**
   * The peer says FINISH again: no protected frame had reached it when it did (LS-707). An owner
   * that repeats its first frame of its own accord need do nothing; anybody can say this one again.
   */
  | { readonly kind: 'repeated' }
  /**
   * An own attempt ended: `no-reply`, or `no-confirmation`, and then its session is void. The next
   * begins after a pause.
   */
  | { readonly kind: 'failed'; readonly reason: 'no-reply' | 'no-confirmation' }
  | { readonly kind: 'fault'; readonly fault: Fault };
