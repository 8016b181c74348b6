/** What the check of a bundle's security comes to, and the reasons that are told. */
import type { Bundle } from '../bundle/bundle.ts';
import { Fault } from '../fault.ts';
import { UNKNOWN_CONTEXT } from './check-operation.ts';
import {
  type FailureHandling,
  SECURITY_REASON,
  type SecurityReason,
  type SecurityService,
} from './policy.ts';
import { DUPLICATE_OPERATION } from './security-blocks.ts';

/** One operation that failed or is missing, and what was done about it. */
export interface SecurityFinding {
  readonly service: SecurityService;
  /** The block number of the target; 0 is the primary block. */
  readonly target: number;
  readonly reason: SecurityReason;
  readonly fault: Fault;
  readonly handling: FailureHandling;
}

/** What becomes of the bundle; the findings are in the order in which they were made. */
export type SecurityOutcome =
  | {
      readonly verdict: 'pass';
      /** The very bundle that came in, if nothing was taken off it. */
      readonly bundle: Bundle;
      readonly findings: readonly SecurityFinding[];
      /** Operations that held: of how many this node is the verifier, and of how many acceptor. */
      readonly verified: number;
      readonly accepted: number;
    }
  | {
      /** It must neither be forwarded nor delivered. */
      readonly verdict: 'discard';
      /** For the status report, if one is asked for. */
      readonly reason: SecurityReason;
      readonly fault: Fault;
      readonly findings: readonly SecurityFinding[];
    };

/** What becomes of a bundle whose security blocks break the rules. */
export function malformed(fault: Fault): SecurityOutcome & { verdict: 'discard' } {
  const { conflicting, unintelligible } = SECURITY_REASON;
  const reason = fault === DUPLICATE_OPERATION ? conflicting : unintelligible;
  return { verdict: 'discard', reason, fault, findings: [] };
}

/** The reason for a report that a fault comes to. */
export function reasonOf(fault: Fault): SecurityReason {
  return REASONS.get(fault) ?? SECURITY_REASON.failed;
}

/** An operation that must end here, and that no rule is for. */
export const UNEXPECTED = new Fault('bpsec', 'unexpected-operation', 'RFC 9172 5.1.1');
/** No operation where a rule requires one. */
export const MISSING = new Fault('bpsec', 'missing-operation', 'RFC 9172 5.1.1, 5.1.2');

const REASONS: ReadonlyMap<Fault, SecurityReason> = new Map([
  [UNKNOWN_CONTEXT, SECURITY_REASON.unknown],
  [UNEXPECTED, SECURITY_REASON.unexpected],
  [MISSING, SECURITY_REASON.missing],
]);
