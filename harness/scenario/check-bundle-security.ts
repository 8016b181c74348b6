/** The rules for the security of bundles of a scenario, judged by what a node would say to them. */
import { readBundleSecurity } from '#node/bundle-security-config.ts';
import { ConfigError } from '#node/config-error.ts';
import { JsonCursor } from '#node/json-cursor.ts';
import { parseEndpointPattern } from '#protocol/bpsec/endpoint-pattern.ts';
import { NULL_EID } from '#protocol/bundle/eid.ts';
import { Fault } from '#protocol/fault.ts';
import { newGrant } from '../authority/bundle-grant.ts';
import {
  ENDPOINT_KEYS,
  EVERY_NODE,
  keyKindOf,
  keyKindsOf,
  ruleJsonOf,
  type ScenarioSecurityRule,
} from './bundle-security.ts';
import { oneOf, type Report, remedyFor } from './finding.ts';
import type { Scenario } from './scenario.ts';
import type { Path } from './yaml-source.ts';

/** Reports what cannot be; `names` are those of all nodes. */
export function checkBundleSecurity(
  { security: { bundles: rules }, objectives }: Scenario,
  names: readonly string[],
  report: Report,
): void {
  const kinds = keyKindsOf(rules);
  rules.forEach((rule, index) => {
    const path = ['security', 'bundles', index];
    const isSound = checkNames(rule, path, names, report);
    const kind = kinds.get(rule.key);
    if (kind === undefined) {
      const what = `no rule of a source has the key ${rule.key}`;
      report([...path, 'key'], what, remedyFor(rule.key, [...kinds.keys()]));
    } else if (rule.role === 'source' && keyKindOf(rule) !== kind) {
      const what = `the key ${rule.key} is for ${kind} elsewhere, and for ${keyKindOf(rule)} here`;
      report([...path, 'key'], what, 'Give one of the two another name');
    } else if (isSound) {
      const { octets, use } = newGrant(rule.key, kind, '*', NO_RANDOM);
      askNode({ keys: [{ name: rule.key, use, octets }], rules: [ruleOf(rule)] }, path, report);
    }
  });
  const isAsked = objectives.some(({ kind }) => kind === 'secured-accepted');
  if (isAsked && !rules.some(({ role }) => role === 'source')) {
    const what = 'an objective speaks of secured bundles, and nobody secures one';
    report(['objectives', 'securedAcceptedRatio'], what, 'Add rules to security.bundles');
  }
}

function checkNames(
  rule: ScenarioSecurityRule,
  path: Path,
  names: readonly string[],
  report: Report,
): boolean {
  let isSound = true;
  const find = (place: Path, what: string, remedy: string, expected: string) => {
    isSound = false;
    report([...path, ...place], what, remedy, expected);
  };
  if (rule.at.length === 0) {
    find(
      ['at'],
      'nobody has this rule',
      'Name some nodes, or remove it',
      oneOf([EVERY_NODE, ...names]),
    );
  }
  rule.at.forEach((name, at) => {
    if (name === EVERY_NODE || names.includes(name)) return;
    find(['at', at], `${name} is no node`, remedyFor(name, names), oneOf([EVERY_NODE, ...names]));
  });
  for (const key of ENDPOINT_KEYS) {
    const text = rule[key];
    if (text === undefined || names.includes(text)) continue;
    if (!(parseEndpointPattern(text) instanceof Fault)) continue;
    const expected = `a pattern such as ipn:101.*, or ${oneOf(names)}`;
    find([key], `${key} is ${text}, which is neither`, remedyFor(text, names), expected);
  }
  return isSound;
}

/** With names of nodes taken for patterns that fit anything: they have been checked. */
function ruleOf(rule: ScenarioSecurityRule): Record<string, unknown> {
  return ruleJsonOf(rule, () => '*');
}

/** Reports what a node would refuse, at the place in the scenario. */
function askNode(json: unknown, path: Path, report: Report): void {
  try {
    readBundleSecurity(new JsonCursor(json), NULL_EID);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { message, expected, remedy } = error;
    const words = (sentence: string) => sentence.replaceAll('rules[0].', '');
    const [, key, index] = /^rules\[0\]\.(\w+)(?:\[(\d+)\])?/.exec(message) ?? [];
    const place = [...(key === undefined ? [] : [key]), ...(index ? [Number(index)] : [])];
    report([...path, ...place], words(message), words(remedy), expected);
  }
}

/** For keys that serve nobody. */
const NO_RANDOM = { octets: (count: number) => new Uint8Array(count) };
