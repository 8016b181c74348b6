/**
 * The agent's part in the security of bundles: it adds the operations that the rules want to what
 * leaves, checks what comes in, and tells of both.
 *
 * A bundle from this node to itself crosses nothing, and is neither secured nor checked. One for a
 * group is checked by members as it comes, but goes on as it came; what a member delivers is the
 * content of its own copy. A fragment is not checked; its whole is, at its destination.
 *
 * Source: RFC 9172 §5, §7.
 */
import { applySecurity } from '../bpsec/apply-security.ts';
import { checkSecurity } from '../bpsec/check-security.ts';
import { NO_KEYS } from '../bpsec/key-ring.ts';
import { type FailureHandling, SECURITY_REASON, type SecurityReason } from '../bpsec/policy.ts';
import { DUPLICATE_OPERATION, readSecurityBlocks } from '../bpsec/security-blocks.ts';
import type { Bundle } from '../bundle/bundle.ts';
import { type Eid, equalEid, NULL_EID } from '../bundle/eid.ts';
import { Fault } from '../fault.ts';
import type { Fifo } from '../fifo.ts';
import type { AgentOutput, DeletionReason } from './contract.ts';
import type { Groups } from './groups.ts';
import { type Inspection, inspect, withoutDiscards } from './inspection.ts';
import { type AgentOptions, type BundleSecurity, serviceAt, type Whereabouts } from './options.ts';

/** What the check of a bundle came to. */
export interface Checked {
  /** The very bundle that was given, if nothing was taken off it. */
  readonly bundle: Bundle;
  /** Why it must go neither on nor to a service. */
  readonly deletion: DeletionReason | undefined;
  /** Why something of it failed that did not cost the bundle; the first such reason. */
  readonly failed: SecurityReason | undefined;
}

/** A bundle as it is kept. */
export interface Admitted {
  readonly bundle: Bundle;
  readonly facts: Inspection;
  /** As in `Checked`. */
  readonly failed: SecurityReason | undefined;
}

/** Without rules, too, no broken security block passes, and no ciphertext is delivered. */
export class BundleGuard {
  readonly #here: Whereabouts;
  readonly #security: BundleSecurity | undefined;
  readonly #groups: Groups;
  readonly #outputs: Fifo<AgentOutput>;

  constructor(
    { node, endpoints = [], bundleSecurity }: Whereabouts & Pick<AgentOptions, 'bundleSecurity'>,
    groups: Groups,
    outputs: Fifo<AgentOutput>,
  ) {
    this.#here = { node, endpoints };
    this.#security = bundleSecurity;
    this.#groups = groups;
    this.#outputs = outputs;
  }

  /** A bundle made here as it may leave; or why it cannot leave as the rules want it. */
  release(id: string, made: Bundle): Bundle | DeletionReason {
    return this.#isHere(made.primary.destination) ? made : this.#secure(id, made);
  }

  /**
   * A bundle that came in as it is kept: checked, without the blocks that ask to be discarded, and,
   * where it only comes past, with the operations that this node adds. `facts` are its own; what is
   * given back are those of the bundle that is kept.
   */
  admit(id: string, received: Bundle, facts: Inspection): Admitted {
    const isHere = this.#isHere(received.primary.destination);
    const isMember = this.#groups.serviceOf(received.primary.destination) !== undefined;
    if (facts.deletion !== undefined) return { bundle: received, facts, failed: undefined };
    const { bundle: checked, deletion, failed } = this.check(id, received, isHere || isMember);
    if (deletion !== undefined) return { bundle: received, facts: { ...facts, deletion }, failed };
    // Whoever else is to have it will check it, too.
    const kept = isMember ? received : checked;
    const known = kept === received ? facts : inspect(kept);
    const bundle = known.discards ? withoutDiscards(kept) : kept;
    const isSecured = isHere || isMember || this.#wasHere(bundle);
    if (isSecured || known.deletion !== undefined) return { bundle, facts: known, failed };
    const secured = this.#secure(id, bundle);
    return typeof secured === 'string'
      ? { bundle, facts: { ...known, deletion: secured }, failed }
      : { bundle: secured, facts: known, failed };
  }

  /** Checks a bundle, which stays as it was. */
  check(id: string, bundle: Bundle, atDestination: boolean): Checked {
    const { policy, keys } = this.#security ?? NO_SECURITY;
    const outcome = checkSecurity(bundle, policy, keys, atDestination);
    const { findings } = outcome;
    for (const { fault, handling } of findings) this.#tell(id, fault, handling);
    if (outcome.verdict === 'discard') {
      const { fault } = outcome;
      const isTold = findings.some((finding) => finding.fault === fault);
      if (!isTold) this.#tell(id, fault, 'discard-bundle');
      return { bundle, deletion: DELETIONS[outcome.reason], failed: undefined };
    }
    if (outcome.verified > 0) this.#outputs.push({ kind: 'security', id, act: 'verified' });
    if (outcome.accepted > 0) this.#outputs.push({ kind: 'security', id, act: 'accepted' });
    return { bundle: outcome.bundle, deletion: undefined, failed: findings[0]?.reason };
  }

  #isHere(endpoint: Eid): boolean {
    return serviceAt(endpoint, this.#here) !== undefined;
  }

  /** Whether the bundle has come back from a detour: what this node adds is on it already. */
  #wasHere(bundle: Bundle): boolean {
    if (this.#security === undefined || this.#isHere(bundle.primary.source)) return true;
    const { securitySource } = this.#security.policy;
    const there = readSecurityBlocks(bundle);
    if (there instanceof Fault) return false;
    const blocks = [...there.integrity, ...there.confidentiality];
    return blocks.some(({ content }) => equalEid(content.source, securitySource));
  }

  /** The bundle with what the rules add; or why that cannot be. */
  #secure(id: string, bundle: Bundle): Bundle | DeletionReason {
    if (this.#security === undefined) return bundle;
    const { policy, keys } = this.#security;
    const secured = applySecurity(bundle, policy, keys);
    if (secured instanceof Fault) {
      this.#tell(id, secured, 'discard-bundle');
      return DELETIONS[secured === DUPLICATE_OPERATION ? CONFLICTING : FAILED];
    }
    if (secured !== bundle) this.#outputs.push({ kind: 'security', id, act: 'secured' });
    return secured;
  }

  #tell(id: string, fault: Fault, handling: FailureHandling): void {
    this.#outputs.push({ kind: 'security-failed', id, fault, handling });
  }
}

const NO_SECURITY = { policy: { securitySource: NULL_EID, rules: [] }, keys: NO_KEYS };
const { conflicting: CONFLICTING, failed: FAILED } = SECURITY_REASON;
const DELETIONS: Readonly<Record<SecurityReason, DeletionReason>> = {
  [SECURITY_REASON.unintelligible]: 'block-unintelligible',
  [SECURITY_REASON.missing]: 'missing-security-operation',
  [SECURITY_REASON.unknown]: 'unknown-security-operation',
  [SECURITY_REASON.unexpected]: 'unexpected-security-operation',
  [SECURITY_REASON.failed]: 'failed-security-operation',
  [SECURITY_REASON.conflicting]: 'conflicting-security-operation',
};
