/**
 * What a node does for the security of bundles, as rules: it is the source of some operations,
 * verifies others or accepts them, each with a key, for bundles between certain endpoints.
 *
 * Of the rules for one service, the first that fits decides, so the special ones stand first.
 *
 * Source: RFC 9172 §1.4, §5.1, §6, §7.
 */
import { BLOCK_TYPE, PAYLOAD_NUMBER } from '../bundle/canonical-block.ts';
import type { Eid } from '../bundle/eid.ts';
import type { PrimaryBlock } from '../bundle/primary-block.ts';
import { REASON } from '../bundle/status-report.ts';
import type { AesVariant } from './bcb-aes-gcm.ts';
import type { ShaVariant } from './bib-hmac-sha2.ts';
import { type EndpointPattern, fitsEndpoint } from './endpoint-pattern.ts';
import { PRIMARY_NUMBER } from './security-blocks.ts';

/** A BIB gives the first, a BCB the second. */
export type SecurityService = 'integrity' | 'confidentiality';

/** A block: the primary, the payload, or all extension blocks of a type. */
export type TargetName = 'primary' | 'payload' | number;

/** Which bundles a rule is for, which of their blocks, and with which key of the ring. */
interface RuleScope {
  readonly source: EndpointPattern;
  readonly destination: EndpointPattern;
  readonly targets: readonly TargetName[];
  readonly key: string;
}

/** This node adds an operation. */
interface SourceRule extends RuleScope {
  readonly role: 'source';
  /** What becomes of a bundle to which it cannot be added: `keep` lets it go without. */
  readonly onFailure: 'discard-bundle' | 'keep';
}

/** This node signs. */
export interface SigningRule extends SourceRule {
  readonly service: 'integrity';
  readonly shaVariant: ShaVariant;
  readonly scopeFlags: number;
}

/** This node encrypts; no target is the primary block. */
export interface SealingRule extends SourceRule {
  readonly service: 'confidentiality';
  readonly aesVariant: AesVariant;
  readonly scopeFlags: number;
  /** The tag follows the ciphertext instead of being a result. */
  readonly tagAppended: boolean;
}

/** What becomes of a target whose operation fails; without payload or primary block, the bundle. */
export type FailureHandling = 'discard-bundle' | 'remove-block' | 'keep';

/** This node checks what others have added, and as an acceptor takes it off. */
export interface ReceivingRule extends RuleScope {
  readonly role: 'verifier' | 'acceptor';
  readonly service: SecurityService;
  /** Who may have added the operation. */
  readonly securitySource: EndpointPattern;
  /** Whether a target without the operation is refused. */
  readonly required: boolean;
  /** An acceptor of confidentiality keeps nothing that it could not decrypt. */
  readonly onFailure: FailureHandling;
}

/** Any rule. */
export type SecurityRule = SigningRule | SealingRule | ReceivingRule;

/** All of a node. */
export interface SecurityPolicy {
  /** The endpoint that this node's own operations name as theirs. */
  readonly securitySource: Eid;
  /** Bounded by what the operator writes. */
  readonly rules: readonly SecurityRule[];
}

/** Reasons in status reports (RFC 9172 §7.1, RFC 9171 §9.5). */
export const SECURITY_REASON = {
  unintelligible: REASON.blockUnintelligible,
  missing: REASON.missingSecurity,
  unknown: REASON.unknownSecurity,
  unexpected: REASON.unexpectedSecurity,
  failed: REASON.failedSecurity,
  conflicting: REASON.conflictingSecurity,
} as const;

/** One of them. */
export type SecurityReason = (typeof SECURITY_REASON)[keyof typeof SECURITY_REASON];

/** Whether the rule is for bundles with such a primary block. */
export function fitsBundle(rule: SecurityRule, primary: PrimaryBlock): boolean {
  return (
    fitsEndpoint(rule.source, primary.source) && fitsEndpoint(rule.destination, primary.destination)
  );
}

/** Whether the rule is for the block of that number and type. */
export function fitsTarget(rule: SecurityRule, number: number, type: number | undefined): boolean {
  return rule.targets.some((name) => {
    if (name === 'primary') return number === PRIMARY_NUMBER;
    if (name === 'payload') return number === PAYLOAD_NUMBER;
    return type === name;
  });
}

/**
 * The rule by which this node checks an operation, if it does. A BIB is encrypted because of what
 * it signs (§3.9), so after rules that name block type 11 come those on the confidentiality of the
 * payload; and at the destination, which must decrypt all, any rule there is.
 */
export function receivingRule(
  rules: readonly SecurityRule[],
  service: SecurityService,
  securitySource: Eid,
  target: { readonly number: number; readonly type: number | undefined },
  atDestination: boolean,
): ReceivingRule | undefined {
  const { number, type } = target;
  const candidates = rules.filter(
    (rule): rule is ReceivingRule =>
      rule.role !== 'source' &&
      rule.service === service &&
      fitsEndpoint(rule.securitySource, securitySource),
  );
  const fitting = candidates.find((rule) => fitsTarget(rule, number, type));
  if (fitting !== undefined || type !== BLOCK_TYPE.integrity) return fitting;
  const likely = candidates.find((rule) => rule.targets.includes('payload'));
  return likely ?? (atDestination ? candidates[0] : undefined);
}
