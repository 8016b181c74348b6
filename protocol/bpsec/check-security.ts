/**
 * A security verifier and acceptor: checks the operations of a received bundle that the rules say,
 * takes off those it accepts, and says what becomes of the bundle where one fails or is missing.
 *
 * BCBs come before BIBs, for a BIB means something only over plaintext. At its destination a bundle
 * leaves all BCBs behind, or whatever they hide.
 *
 * Source: RFC 9172 §3.9, §5.1, §5.2, §7.1.
 */
import { type Bundle, decodeBundle, encodeBundle } from '../bundle/bundle.ts';
import { BLOCK_TYPE, PAYLOAD_NUMBER } from '../bundle/canonical-block.ts';
import type { Eid } from '../bundle/eid.ts';
import { Fault } from '../fault.ts';
import { BCB_AES_GCM } from './bcb-aes-gcm.ts';
import { decryptOperation, UNKNOWN_CONTEXT, verifyOperation } from './check-operation.ts';
import { fitsEndpoint } from './endpoint-pattern.ts';
import type { CheckingKeys } from './key-ring.ts';
import {
  type FailureHandling,
  fitsBundle,
  fitsTarget,
  type ReceivingRule,
  receivingRule,
  type SecurityPolicy,
  type SecurityReason,
  type SecurityService,
} from './policy.ts';
import {
  isSecurity,
  type PlacedSecurityBlock,
  PRIMARY_NUMBER,
  readSecurityBlocks,
  type SecurityBlocks,
  sharesTarget,
} from './security-blocks.ts';
import { SecurityDraft } from './security-draft.ts';
import {
  MISSING,
  malformed,
  reasonOf,
  type SecurityFinding,
  type SecurityOutcome,
  UNEXPECTED,
} from './security-outcome.ts';

/**
 * Checks `bundle`, which stays as it was, at its destination or on the way. A bundle that breaks
 * the rules of `readSecurityBlocks` is discarded, whether or not a rule is for it. A fragment
 * passes unchecked: its primary block and payload are not those that were signed, so it is the
 * whole, put together again, that must be given here (§5.2). Work is bounded by the blocks of a
 * bundle times the rules.
 */
export function checkSecurity(
  bundle: Bundle,
  policy: SecurityPolicy,
  keys: CheckingKeys,
  atDestination: boolean,
): SecurityOutcome {
  const rules = policy.rules.filter(
    (rule): rule is ReceivingRule => rule.role !== 'source' && fitsBundle(rule, bundle.primary),
  );
  const untouched = { verdict: 'pass', bundle, findings: [], verified: 0, accepted: 0 } as const;
  if (rules.length === 0 && !bundle.blocks.some(({ type }) => isSecurity(type))) return untouched;
  const blocks = readSecurityBlocks(bundle);
  if (blocks instanceof Fault) return malformed(blocks);
  if (bundle.primary.fragment !== undefined) return untouched;
  if (rules.length === 0 && (!atDestination || blocks.confidentiality.length === 0)) {
    return untouched;
  }
  return new Check(bundle, blocks, rules, keys, atDestination).run();
}

/** An operation and the rule by which it is checked. */
interface Checked {
  readonly placed: PlacedSecurityBlock;
  readonly target: number;
  readonly service: SecurityService;
  readonly rule: ReceivingRule;
}

/** One bundle's examination. */
class Check {
  readonly #bundle: Bundle;
  readonly #received: SecurityBlocks;
  readonly #rules: readonly ReceivingRule[];
  readonly #keys: CheckingKeys;
  readonly #atDestination: boolean;
  readonly #draft: SecurityDraft;
  readonly #findings: SecurityFinding[] = [];
  /** For each rule the targets on which there is an operation as it wants, good or bad. */
  readonly #met: ReadonlyMap<ReceivingRule, Set<number>>;
  #verified = 0;
  #accepted = 0;
  #changed = false;
  #primaryAccepted = false;
  #discard: { reason: SecurityReason; fault: Fault } | undefined;

  constructor(
    bundle: Bundle,
    received: SecurityBlocks,
    rules: readonly ReceivingRule[],
    keys: CheckingKeys,
    atDestination: boolean,
  ) {
    this.#bundle = bundle;
    this.#received = received;
    this.#rules = rules;
    this.#keys = keys;
    this.#atDestination = atDestination;
    this.#met = new Map(rules.map((rule) => [rule, new Set()]));
    this.#draft = new SecurityDraft(bundle);
    this.#draft.know([...received.confidentiality, ...received.integrity]);
  }

  run(): SecurityOutcome {
    this.#each('confidentiality', this.#received.confidentiality, (checked) =>
      this.#checkBcb(checked),
    );
    if (this.#discard !== undefined) return this.#outcome();
    const clear = readSecurityBlocks(this.#draft.bundle);
    if (clear instanceof Fault) return this.#refuse(clear);
    const fault = this.#unfold(clear);
    if (fault !== undefined) return this.#refuse(fault);
    this.#each('integrity', clear.integrity, (checked) => this.#checkBib(checked, clear));
    this.#demand(clear);
    return this.#outcome();
  }

  /** Calls `check` for every operation that a rule is for, as long as the bundle is not lost. */
  #each(
    service: SecurityService,
    placed: readonly PlacedSecurityBlock[],
    check: (checked: Checked) => void,
  ): void {
    for (const each of placed) {
      const { number } = each.block;
      for (const target of each.content.targets) {
        // A target that went took its operations along.
        const there = this.#draft.content(number)?.targets.includes(target);
        if (this.#discard !== undefined || there !== true) continue;
        // Any node may have taken it out (RFC 9171 §4.4).
        if (!this.#draft.has(target)) continue;
        const type = this.#draft.block(target)?.type;
        const { source } = each.content;
        const about = { number: target, type };
        const rule = receivingRule(this.#rules, service, source, about, this.#atDestination);
        if (rule !== undefined) {
          this.#meet(service, source, target);
          check({ placed: each, target, service, rule });
        } else if (service === 'confidentiality' && this.#atDestination) {
          const isKnown = each.content.contextId === BCB_AES_GCM;
          this.#fail(service, target, isKnown ? UNEXPECTED : UNKNOWN_CONTEXT, 'remove-block');
        }
      }
    }
  }

  /** Whichever rule decides on an operation, all that want such a one have it. */
  #meet(service: SecurityService, source: Eid, target: number): void {
    for (const [rule, targets] of this.#met) {
      const isWanted = rule.service === service && fitsEndpoint(rule.securitySource, source);
      if (isWanted) targets.add(target);
    }
  }

  #checkBcb(checked: Checked): void {
    const { placed, target: number, service, rule } = checked;
    const plaintext = decryptOperation(placed, number, this.#draft, this.#keys, rule.key);
    if (plaintext instanceof Fault) {
      // What was not decrypted is no plaintext, whatever the rule says (§5.1.1).
      const mayStay = rule.role === 'verifier' && !this.#atDestination;
      const handling = rule.onFailure === 'keep' && !mayStay ? 'remove-block' : rule.onFailure;
      this.#fail(service, number, plaintext, handling);
      return;
    }
    if (rule.role === 'verifier' && !this.#atDestination) {
      this.#verified += 1;
      return;
    }
    this.#accepted += 1;
    this.#draft.replaceData(number, plaintext);
    this.#draft.dropOperation(placed.block.number, number);
    this.#changed = true;
  }

  /** Makes known the BIBs that were decrypted, and judges them as if they had come in clear. */
  #unfold(clear: SecurityBlocks): Fault | undefined {
    this.#draft.know(clear.integrity);
    const { encrypted } = this.#received;
    for (const { block, content } of clear.integrity) {
      const fault = encrypted.has(block.number) ? sharesTarget(content, encrypted) : undefined;
      if (fault !== undefined) return fault;
      for (const target of content.targets) {
        const was = this.#bundle.blocks.some(({ number }) => number === target);
        if (was && !this.#draft.has(target)) this.#draft.dropOperation(block.number, target);
      }
    }
    return undefined;
  }

  #checkBib(checked: Checked, clear: SecurityBlocks): void {
    const { placed, target, service, rule } = checked;
    if (clear.encrypted.has(target)) return;
    const fault = verifyOperation(placed, target, this.#draft, this.#keys, rule.key);
    if (fault !== undefined) this.#fail(service, target, fault, rule.onFailure);
    else if (rule.role === 'verifier') this.#verified += 1;
    else {
      this.#accepted += 1;
      this.#draft.dropOperation(placed.block.number, target);
      if (target === PRIMARY_NUMBER) this.#primaryAccepted = true;
      this.#changed = true;
    }
  }

  /** Refuses what lacks an operation that a rule requires (§5.1.1, §5.1.2). */
  #demand(clear: SecurityBlocks): void {
    const { bundle } = this.#draft;
    // Whether a BIB that is still encrypted is the one, only its acceptor can know.
    const hidden = bundle.blocks.some(
      ({ type, number }) => type === BLOCK_TYPE.integrity && clear.encrypted.has(number),
    );
    for (const rule of this.#rules) {
      if (!rule.required) continue;
      const { service } = rule;
      const targets = [{ number: PRIMARY_NUMBER, type: undefined }, ...bundle.blocks];
      for (const { number, type } of targets) {
        if (!fitsTarget(rule, number, type) || this.#met.get(rule)?.has(number)) continue;
        if (service === 'integrity' && (hidden || clear.encrypted.has(number))) continue;
        if (this.#discard === undefined) this.#fail(service, number, MISSING, 'remove-block');
      }
    }
  }

  #fail(service: SecurityService, target: number, fault: Fault, wanted: FailureHandling): void {
    const vital = target === PRIMARY_NUMBER || target === PAYLOAD_NUMBER;
    const handling = vital && wanted === 'remove-block' ? 'discard-bundle' : wanted;
    const reason = reasonOf(fault);
    this.#findings.push({ service, target, reason, fault, handling });
    if (handling === 'discard-bundle') this.#discard = { reason, fault };
    if (handling !== 'remove-block') return;
    this.#draft.removeBlock(target);
    this.#changed = true;
  }

  #outcome(): SecurityOutcome {
    const findings = this.#findings;
    if (this.#discard !== undefined) return { verdict: 'discard', ...this.#discard, findings };
    const counts = { findings, verified: this.#verified, accepted: this.#accepted };
    if (!this.#changed) return { verdict: 'pass', bundle: this.#bundle, ...counts };
    if (this.#primaryAccepted) this.#draft.restorePrimaryCrc();
    const { bundle } = this.#draft;
    if (this.#received.confidentiality.length === 0) return { verdict: 'pass', bundle, ...counts };
    // What was hidden, or was said to be, is held to the rules for what comes in clear.
    const read = decodeBundle(encodeBundle(bundle));
    if (read instanceof Fault) return this.#refuse(read);
    return { verdict: 'pass', bundle: read, ...counts };
  }

  #refuse(fault: Fault): SecurityOutcome {
    return { ...malformed(fault), findings: this.#findings };
  }
}
