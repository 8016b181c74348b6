/**
 * Judges a live session by the statement that the node holds now.
 *
 * Source: LS-1302, LS-705.
 */
import { Fault } from '../fault.ts';
import { EPOCH_AHEAD } from '../membership/faults.ts';
import { type PeerCheckContext, recheckPeer, verifyPeer } from './peer-check.ts';
import type { Session } from './session.ts';

/**
 * What there is against the peer of a session, if anything. A session in limbo is checked in all,
 * and is out of limbo when nothing is found; `session.epoch-ahead` means that it stays there.
 */
export function reviewSession(
  session: Pick<Session, 'peer' | 'limbo'>,
  context: PeerCheckContext,
): Fault | undefined {
  const { peer, limbo } = session;
  if (limbo === undefined) return recheckPeer(peer, context);
  const verified = verifyPeer(limbo.payload, limbo.remoteStatic, context);
  if (verified instanceof Fault) return verified;
  if (verified.limbo !== undefined) return EPOCH_AHEAD;
  session.limbo = undefined;
  return undefined;
}
