/** The security of bundles, as a node's configuration says it: keys by name, and rules. */
import { AES_OCTETS, type AesVariant } from '#protocol/bpsec/bcb-aes-gcm.ts';
import { SHA_OCTETS, type ShaVariant } from '#protocol/bpsec/bib-hmac-sha2.ts';
import { type EndpointPattern, parseEndpointPattern } from '#protocol/bpsec/endpoint-pattern.ts';
import type { KeyUse } from '#protocol/bpsec/key-ring.ts';
import type {
  FailureHandling,
  SecurityPolicy,
  SecurityRule,
  SigningRule,
  TargetName,
} from '#protocol/bpsec/policy.ts';
import { SCOPE } from '#protocol/bpsec/scope.ts';
import { BLOCK_TYPE } from '#protocol/bundle/canonical-block.ts';
import { type Eid, isNullEid, parseEid } from '#protocol/bundle/eid.ts';
import { Fault } from '#protocol/fault.ts';
import { type BundleKey, joinBundleKeys, readBundleKeys } from './bundle-keys.ts';
import type { JsonCursor } from './json-cursor.ts';

/** What a person wrote, checked. */
export interface BundleSecurityConfig {
  readonly keys: readonly BundleKey[];
  readonly policy: SecurityPolicy;
}

/**
 * Reads `{ securitySource?, keys?, rules }`. The security source is `node` unless another is given;
 * every key that a rule names must be there or be `granted` by the credentials, of a use and length
 * that the rule can do with.
 */
export function readBundleSecurity(
  cursor: JsonCursor,
  node: Eid,
  granted: readonly BundleKey[] = [],
): BundleSecurityConfig {
  cursor.object(['securitySource', 'keys', 'rules']);
  const source = cursor.at('securitySource');
  const own = cursor.at('keys');
  const keys = joinBundleKeys(own.present ? readBundleKeys(own) : [], granted);
  const securitySource = source.present ? readEndpoint(source) : node;
  const rules = cursor.at('rules').list(RULES_MAX, (rule) => readRule(rule, keys));
  return { keys, policy: { securitySource, rules } };
}

function readRule(cursor: JsonCursor, keys: readonly BundleKey[]): SecurityRule {
  const role = cursor.at('role').oneOf(['source', 'verifier', 'acceptor']);
  const service = cursor.at('service').oneOf(['integrity', 'confidentiality']);
  const scope = {
    source: readPattern(cursor.at('source')),
    destination: readPattern(cursor.at('destination')),
    targets: readTargets(cursor.at('targets'), service),
    key: cursor.at('key').text(),
  };
  if (role !== 'source') {
    cursor.object([...RULE_KEYS, 'securitySource', 'required']);
    keyOf(cursor, keys, service === 'integrity' ? 'hmac' : 'aes-gcm');
    const required = cursor.at('required');
    return {
      ...scope,
      role,
      service,
      securitySource: readPattern(cursor.at('securitySource')),
      required: required.present && required.boolean(),
      onFailure: readHandling(cursor.at('onFailure'), role, service),
    };
  }
  const scopeFlags = readScope(cursor.at('scope'));
  const onFailure = readSourceHandling(cursor.at('onFailure'));
  if (service === 'integrity') {
    cursor.object([...RULE_KEYS, 'variant', 'scope', 'anyKeyLength']);
    const shaVariant = readVariant(cursor.at('variant'), SHA_VARIANTS, 'hmac-sha384');
    checkMacKey(cursor, keyOf(cursor, keys, 'hmac'), shaVariant);
    return { ...scope, role, service, shaVariant, scopeFlags, onFailure };
  }
  cursor.object([...RULE_KEYS, 'variant', 'scope', 'tagAppended']);
  const aesVariant = readVariant(cursor.at('variant'), AES_VARIANTS, 'aes-256-gcm');
  const key = keyOf(cursor, keys, 'aes-gcm');
  const octets = AES_OCTETS[aesVariant];
  if (key.use === 'aes-gcm' && key.octets.length !== 2 * octets) {
    throw cursor.at('key').mistake(`a key of ${octets} octets for this variant`);
  }
  const appended = cursor.at('tagAppended');
  const tagAppended = appended.present && appended.boolean();
  return { ...scope, role, service, aesVariant, scopeFlags, tagAppended, onFailure };
}

/** RFC 9173 §3.5 wants as many octets as the code has; its own examples have fewer. */
function checkMacKey(cursor: JsonCursor, key: BundleKey, variant: ShaVariant): void {
  const any = cursor.at('anyKeyLength');
  if (key.use !== 'hmac' || (any.present && any.boolean())) return;
  const octets = SHA_OCTETS[variant];
  if (key.octets.length === 2 * octets) return;
  throw cursor
    .at('key')
    .mistake(`a key of ${octets} octets for this variant (RFC 9173 3.5), or anyKeyLength: true`);
}

/** The key that the rule names: of that use, or one that wraps such keys. */
function keyOf(cursor: JsonCursor, keys: readonly BundleKey[], use: KeyUse): BundleKey {
  const place = cursor.at('key');
  const key = keys.find(({ name }) => name === place.text());
  if (key === undefined) throw place.mistake('the name of one of the keys');
  if (key.use !== use && key.use !== 'key-wrap') {
    throw place.mistake(`a key whose use is ${use} or key-wrap`);
  }
  return key;
}

function readHandling(cursor: JsonCursor, role: string, service: string): FailureHandling {
  if (!cursor.present) return 'discard-bundle';
  if (role === 'acceptor' && service === 'confidentiality') {
    return cursor.oneOf(['discard-bundle', 'remove-block']);
  }
  return cursor.oneOf(['discard-bundle', 'remove-block', 'keep']);
}

function readSourceHandling(cursor: JsonCursor): SigningRule['onFailure'] {
  return cursor.present ? cursor.oneOf(['discard-bundle', 'keep']) : 'discard-bundle';
}

function readTargets(cursor: JsonCursor, service: string): TargetName[] {
  const targets = cursor.list(TARGETS_MAX, (item): TargetName => {
    const word = (['primary', 'payload'] as const).find((name) => item.is(name));
    const target = word ?? item.integer(BLOCK_TYPE_MIN, BLOCK_TYPE_MAX);
    const encrypts = service === 'confidentiality';
    if (encrypts ? target === 'primary' || target === BCB : target === BIB || target === BCB) {
      throw item.mistake(`a block that ${encrypts ? 'a BCB' : 'a BIB'} may target`);
    }
    return target;
  });
  if (targets.length === 0) throw cursor.mistake('primary, payload or block types, at least one');
  return targets;
}

function readScope(cursor: JsonCursor): number {
  if (!cursor.present) return SCOPE.all;
  const flags = cursor.list(
    3,
    (item) => SCOPE[item.oneOf(['primary', 'targetHeader', 'securityHeader'])],
  );
  return flags.reduce<number>((all, flag) => all | flag, 0);
}

function readVariant<Name extends string, Variant>(
  cursor: JsonCursor,
  variants: Readonly<Record<Name, Variant>>,
  absent: Name,
): Variant {
  return variants[cursor.present ? cursor.oneOf(Object.keys(variants) as Name[]) : absent];
}

function readPattern(cursor: JsonCursor): EndpointPattern {
  if (!cursor.present) return { kind: 'any' };
  const pattern = parseEndpointPattern(cursor.text());
  if (!(pattern instanceof Fault)) return pattern;
  throw cursor.mistake('a pattern such as ipn:100.*, ipn:[100-199].7, dtn://name/* or *');
}

function readEndpoint(cursor: JsonCursor): Eid {
  const eid = parseEid(cursor.text());
  if (eid instanceof Fault || isNullEid(eid)) throw cursor.mistake('an endpoint such as ipn:5.0');
  return eid;
}

const SHA_VARIANTS: Readonly<Record<string, ShaVariant>> = {
  'hmac-sha256': 5,
  'hmac-sha384': 6,
  'hmac-sha512': 7,
};
const AES_VARIANTS: Readonly<Record<string, AesVariant>> = { 'aes-128-gcm': 1, 'aes-256-gcm': 3 };

const RULE_KEYS = ['role', 'service', 'source', 'destination', 'targets', 'key', 'onFailure'];
const { integrity: BIB, confidentiality: BCB } = BLOCK_TYPE;
/** Of block types but that of the payload, which has a word. */
const BLOCK_TYPE_MIN = 2;
const BLOCK_TYPE_MAX = 255;

const RULES_MAX = 256;
const TARGETS_MAX = 32;
