/**
 * A security source: adds to a bundle the operations that the rules want, first those of integrity,
 * then those of confidentiality.
 *
 * Each BCB has one target, for its one IV serves one encryption. What is signed and encrypted has a
 * BIB that is encrypted too, so that it tells nobody a code of the plaintext. The targets of a rule
 * are signed in two BIBs if some are encrypted and some are not, so that no BIB is split later.
 *
 * Source: RFC 9172 §3.8, §3.9, §5.2; RFC 9173 §3.8.1, §4.8.1. See docs/decisions/0017.
 */
import { assert } from '../assert.ts';
import { BLOCKS_MAX, type Bundle } from '../bundle/bundle.ts';
import {
  BLOCK_FLAG,
  BLOCK_TYPE,
  type CanonicalBlock,
  PAYLOAD_NUMBER,
} from '../bundle/canonical-block.ts';
import type { Eid } from '../bundle/eid.ts';
import type { PrimaryBlock } from '../bundle/primary-block.ts';
import { Fault } from '../fault.ts';
import { AES_OCTETS, BCB_AES_GCM, bcbParameterItems, encryptTarget } from './bcb-aes-gcm.ts';
import { BIB_HMAC_SHA2, bibParameterItems, SHA_OCTETS, signTarget } from './bib-hmac-sha2.ts';
import type { KeyRing } from './key-ring.ts';
import {
  fitsBundle,
  fitsTarget,
  type SealingRule,
  type SecurityPolicy,
  type SigningRule,
} from './policy.ts';
import type { BlockHeader } from './scope.ts';
import { encodeSecurityBlock, type SecurityBlock } from './security-block.ts';
import {
  DUPLICATE_OPERATION,
  isSecurity,
  PRIMARY_NUMBER,
  readSecurityBlocks,
  type SecurityBlocks,
} from './security-blocks.ts';

/**
 * The bundle with the operations added, or the very bundle when no rule is for it; `bundle` stays
 * as it was. Blocks that are not touched keep the octets they came in; targets lose their CRC.
 *
 * Faults, with which the bundle cannot go out as the rules want it: those of `readSecurityBlocks`
 * and of the key ring; `bpsec.fragment`; `bpsec.duplicate-operation` when a target has it already;
 * `bpsec.encrypted-target` when a target to be signed is encrypted; `bpsec.bound-primary` when the
 * CRC of the primary block cannot go because operations that are there may bind it;
 * `bpsec.too-many-blocks`.
 */
export function applySecurity(
  bundle: Bundle,
  policy: SecurityPolicy,
  keys: KeyRing,
): Bundle | Fault {
  const rules = policy.rules.filter(
    (rule): rule is SigningRule | SealingRule =>
      rule.role === 'source' && fitsBundle(rule, bundle.primary),
  );
  if (rules.length === 0) return bundle;
  const signing = assigned(bundle, rules.filter(isSigning));
  const sealing = assigned(bundle, rules.filter(isSealing));
  if (signing.size + sealing.size === 0) return bundle;
  const present = readSecurityBlocks(bundle);
  if (present instanceof Fault) return present;
  const fault =
    sift(signing, (target) => signingConflict(bundle.primary, present, target)) ??
    sift(sealing, (target) => sealingConflict(bundle.primary, present, target));
  if (fault !== undefined) return fault;
  if (signing.size + sealing.size === 0) return bundle;
  const draft = new Draft(bundle, present, policy.securitySource, keys);
  return draft.sign(signing, sealing) ?? draft.encrypt(sealing) ?? draft.finish();
}

/** The bundle while blocks are added to it. */
class Draft {
  #primary: PrimaryBlock;
  #blocks: CanonicalBlock[];
  readonly #present: SecurityBlocks;
  readonly #source: Eid;
  readonly #keys: KeyRing;

  constructor(bundle: Bundle, present: SecurityBlocks, source: Eid, keys: KeyRing) {
    this.#primary = bundle.primary;
    this.#blocks = [...bundle.blocks];
    this.#present = present;
    this.#source = source;
    this.#keys = keys;
  }

  sign(
    signing: ReadonlyMap<number, SigningRule>,
    sealing: ReadonlyMap<number, SealingRule>,
  ): Fault | undefined {
    // Bounded by the rules, and by the targets of each. The primary block is the first target, so
    // its CRC is gone before any code binds it.
    for (const rule of new Set(signing.values())) {
      const targets = [...signing.keys()].filter((target) => signing.get(target) === rule);
      for (const encrypted of [false, true]) {
        const some = targets.filter((target) => sealing.has(target) === encrypted);
        const fault = some.length === 0 ? undefined : this.#addBib(rule, some);
        if (fault !== undefined) return fault;
      }
    }
    return undefined;
  }

  encrypt(sealing: ReadonlyMap<number, SealingRule>): Fault | undefined {
    if (sealing.size === 0) return undefined;
    const wider = this.#widened(sealing);
    if (wider instanceof Fault) return wider;
    // Bounded by the blocks of a bundle.
    for (const [target, rule] of wider) {
      const fault = this.#addBcb(rule, target);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  finish(): Bundle | Fault {
    if (this.#blocks.length > BLOCKS_MAX) return TOO_MANY_BLOCKS;
    return { primary: this.#primary, blocks: this.#blocks };
  }

  /** With the BIBs that sign something of it, and with whatever else these sign (§3.9). */
  #widened(sealing: ReadonlyMap<number, SealingRule>): Map<number, SealingRule> | Fault {
    const wider = new Map(sealing);
    const there = readSecurityBlocks(this.finish() as Bundle);
    if (there instanceof Fault) return there;
    for (const { block, content } of there.integrity) {
      const covered = content.targets.find((target) => sealing.has(target));
      const rule = covered === undefined ? undefined : sealing.get(covered);
      if (rule === undefined) continue;
      wider.set(block.number, rule);
      for (const target of content.targets) {
        const free = target !== PRIMARY_NUMBER && !wider.has(target);
        if (free && !there.encrypted.has(target) && this.#has(target)) wider.set(target, rule);
      }
    }
    return wider;
  }

  #addBib(rule: SigningRule, targets: readonly number[]): Fault | undefined {
    const { shaVariant, scopeFlags, key: name } = rule;
    for (const target of targets) this.#dropCrc(target);
    const security = this.#header(BLOCK_TYPE.integrity, 0);
    const content = this.#keys.withSigningKey(name, SHA_OCTETS[shaVariant], (key, wrappedKey) => {
      const parameters = { shaVariant, scopeFlags, wrappedKey };
      const results = targets.map((number) => {
        const target = this.#block(number);
        return signTarget(key, parameters, { primary: this.#primary, target, security });
      });
      return this.#content(targets, BIB_HMAC_SHA2, bibParameterItems(parameters), results);
    });
    return content instanceof Fault ? content : this.#add(security, content);
  }

  #addBcb(rule: SealingRule, number: number): Fault | undefined {
    const { aesVariant, scopeFlags, tagAppended, key: name } = rule;
    this.#dropCrc(number);
    const target = this.#block(number);
    assert(target !== undefined, 'what is encrypted is there, and is not the primary block');
    // Every fragment must tell that its payload is ciphertext (RFC 9172 §3.8).
    const flags = number === PAYLOAD_NUMBER ? BLOCK_FLAG.replicateInFragments : 0;
    const security = this.#header(BLOCK_TYPE.confidentiality, flags);
    const sealed = this.#keys.withSealingKey(name, AES_OCTETS[aesVariant], (sealing) => {
      const { key, iv, wrapped: wrappedKey } = sealing;
      const parameters = { iv, aesVariant, scopeFlags, wrappedKey };
      const operation = { primary: this.#primary, target, security };
      const { data, results } = encryptTarget(key, parameters, operation, tagAppended);
      const items = bcbParameterItems(parameters);
      return { data, content: this.#content([number], BCB_AES_GCM, items, [results]) };
    });
    if (sealed instanceof Fault) return sealed;
    this.#replace({ ...target, data: sealed.data });
    return this.#add(security, sealed.content);
  }

  #content(
    targets: readonly number[],
    contextId: number,
    parameters: SecurityBlock['parameters'],
    results: SecurityBlock['results'],
  ): SecurityBlock {
    return { targets, contextId, source: this.#source, parameters, results };
  }

  /** In front, where a reader meets them before what they are about. */
  #add(header: BlockHeader, content: SecurityBlock): undefined {
    const data = encodeSecurityBlock(content);
    this.#blocks.unshift({ ...header, crcType: 0, data, octets: undefined });
  }

  /** With the lowest number that no block has, and none that somebody's operation was on. */
  #header(type: number, flags: number): BlockHeader {
    const { signed, encrypted } = this.#present;
    let number = PAYLOAD_NUMBER + 1;
    // Bounded by the blocks of a bundle and the targets of its security blocks.
    while (this.#has(number) || signed.has(number) || encrypted.has(number)) number++;
    return { type, number, flags };
  }

  /** A target has no CRC: its operation replaces it (RFC 9173 §3.8.1, §4.8.1). */
  #dropCrc(number: number): void {
    const block = number === PRIMARY_NUMBER ? this.#primary : this.#block(number);
    assert(block !== undefined, 'a target is there');
    if (block.crcType === 0) return;
    if (!('data' in block)) this.#primary = { ...block, crcType: 0, octets: undefined };
    else this.#replace({ ...block, crcType: 0 });
  }

  #replace(block: CanonicalBlock): void {
    const changed = { ...block, octets: undefined };
    this.#blocks = this.#blocks.map((old) => (old.number === block.number ? changed : old));
  }

  #block(number: number): CanonicalBlock | undefined {
    return this.#blocks.find((block) => block.number === number);
  }

  #has(number: number): boolean {
    return this.#block(number) !== undefined;
  }
}

/** For each target that is there the first rule that fits it. */
function assigned<Rule extends SigningRule | SealingRule>(
  bundle: Bundle,
  rules: readonly Rule[],
): Map<number, Rule> {
  const found = new Map<number, Rule>();
  const assign = (number: number, type: number | undefined) => {
    const rule = rules.find((candidate) => fitsTarget(candidate, number, type));
    if (rule !== undefined) found.set(number, rule);
  };
  assign(PRIMARY_NUMBER, undefined);
  // Bounded by the blocks of a bundle.
  for (const { number, type } of bundle.blocks) if (!isSecurity(type)) assign(number, type);
  return found;
}

/**
 * Takes out the targets on which the operation cannot be, where their rule lets the bundle go
 * without; else the first fault.
 */
function sift(
  targets: Map<number, SigningRule | SealingRule>,
  conflictOf: (target: number) => Fault | undefined,
): Fault | undefined {
  for (const [target, rule] of targets) {
    const fault = conflictOf(target);
    if (fault === undefined) continue;
    if (rule.onFailure === 'discard-bundle') return fault;
    targets.delete(target);
  }
  return undefined;
}

function signingConflict(
  { fragment, crcType }: PrimaryBlock,
  { signed, encrypted, integrity, confidentiality }: SecurityBlocks,
  target: number,
): Fault | undefined {
  if (fragment !== undefined) return FRAGMENT;
  if (signed.has(target)) return DUPLICATE_OPERATION;
  if (encrypted.has(target)) return ENCRYPTED_TARGET;
  const isBound = integrity.length + confidentiality.length > 0 && crcType !== 0;
  return target === PRIMARY_NUMBER && isBound ? BOUND_PRIMARY : undefined;
}

function sealingConflict(
  { fragment }: PrimaryBlock,
  { encrypted }: SecurityBlocks,
  target: number,
): Fault | undefined {
  if (fragment !== undefined) return FRAGMENT;
  return encrypted.has(target) ? DUPLICATE_OPERATION : undefined;
}

function isSigning(rule: SigningRule | SealingRule): rule is SigningRule {
  return rule.service === 'integrity';
}

function isSealing(rule: SigningRule | SealingRule): rule is SealingRule {
  return rule.service === 'confidentiality';
}

const FRAGMENT = new Fault('bpsec', 'fragment', 'RFC 9172 5.2');
const ENCRYPTED_TARGET = new Fault('bpsec', 'encrypted-target', 'RFC 9172 3.9');
const BOUND_PRIMARY = new Fault('bpsec', 'bound-primary', 'RFC 9173 3.8.1');
const TOO_MANY_BLOCKS = new Fault('bpsec', 'too-many-blocks', 'RFC 9171 4.1');
