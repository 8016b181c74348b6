/**
 * What every HELLO and REKEY passes between its mac1 and the work on it: load, cookies, budgets.
 *
 * Source: LS-702, link-security §12.
 */
import { Fault } from '../fault.ts';
import type { Instant } from '../machine.ts';
import type { EpochMacKeys } from './admission-keys.ts';
import { MAC2 } from './faults.ts';
import type { HandshakeContext } from './handshake-context.ts';
import type { HandshakeOutput } from './handshake-output.ts';
import type { NoiseMessage, RekeyMessage } from './messages.ts';

/**
 * Lets a message in, whose mac1 is good under `keys`: whether it came with a cookie that was asked
 * for. Else `session.budget`, or `session.cookie` with a COOKIE among the outputs.
 */
export function passGate(
  now: Instant,
  context: HandshakeContext,
  outputs: HandshakeOutput[],
  octets: Uint8Array,
  message: NoiseMessage | RekeyMessage,
  keys: EpochMacKeys,
): boolean | Fault {
  const { portName = '' } = context.contact;
  const opening = { portName, octets, message };
  const verdict = context.options.admission.admit(now, opening);
  if (verdict instanceof Fault) return verdict;
  if (verdict.kind === 'admitted') return verdict.vouched;
  const answer = context.encodeCookie(opening, verdict.cookie, keys);
  outputs.push({ kind: 'send', message: answer });
  return MAC2;
}
