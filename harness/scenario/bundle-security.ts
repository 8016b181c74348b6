/**
 * Rules for the security of bundles, as a scenario has them: their form in the file, their meaning,
 * and which keys they need. What a rule says besides its nodes, endpoints and key is passed on to
 * the configuration of each node as it stands.
 */
import type { z } from 'zod';
import type { BundleKeyKind } from '../authority/bundle-grant.ts';
import { choice, count, list, mapping, name, oneOfForms, text, truth } from './vocabulary.ts';

/** The form of one rule. */
export const bundleSecuritySchema = mapping({
  at: list(text('the name of a node, or * for all').describe('A node that has the rule.'), 1_000),
  role: choice(['source', 'verifier', 'acceptor']).describe(
    'Adds the operation; checks it and lets it be; checks it and takes it off.',
  ),
  service: choice(['integrity', 'confidentiality']),
  source: endpoint().describe('Of the bundles it is for: a node or a pattern; any.'),
  destination: endpoint().describe('Of the bundles it is for: a node or a pattern; any.'),
  targets: list(
    oneOfForms(
      [choice(['primary', 'payload']), count(2, 255)],
      'primary, payload, or a block type from 2 to 255',
    ),
    32,
  )
    .default(['payload'])
    .describe('Blocks; extension blocks by the number of their type.'),
  key: name('science').describe('Made for the run, one for each name.'),
  variant: choice(['hmac-sha256', 'hmac-sha384', 'hmac-sha512', 'aes-128-gcm', 'aes-256-gcm'])
    .optional()
    .describe('Of a source; hmac-sha384 or aes-256-gcm.'),
  wrapped: truth()
    .optional()
    .describe('Of a source: whether each operation has a key of its own, wrapped by this one.'),
  scope: list(choice(['primary', 'targetHeader', 'securityHeader']), 3)
    .optional()
    .describe('Of a source: what is bound besides the target; all.'),
  tagAppended: truth().optional().describe('Of a source: whether the tag follows the ciphertext.'),
  securitySource: endpoint().describe('Who may have added what is checked; any.'),
  required: truth()
    .optional()
    .describe('Whether targets without the operation are refused where it is checked.'),
  onFailure: choice(['discard-bundle', 'remove-block', 'keep']).optional(),
});

/** One rule, checked in itself. */
export type ScenarioSecurityRule = z.output<typeof bundleSecuritySchema>;

/** Whether the node of that name has the rule. */
export function isRuleOf({ at }: ScenarioSecurityRule, node: string): boolean {
  return at.includes(node) || at.includes(EVERY_NODE);
}

/** What the keys must be, by name: as the rules of their sources need them. */
export function keyKindsOf(rules: readonly ScenarioSecurityRule[]): Map<string, BundleKeyKind> {
  const kinds = new Map<string, BundleKeyKind>();
  for (const rule of rules) if (rule.role === 'source') kinds.set(rule.key, keyKindOf(rule));
  return kinds;
}

/** What the key of a source's rule must be. */
export function keyKindOf({ service, variant, wrapped }: ScenarioSecurityRule): BundleKeyKind {
  if (wrapped === true) return 'key-wrap';
  return variant ?? (service === 'integrity' ? 'hmac-sha384' : 'aes-256-gcm');
}

/** The rule as the configuration of a node has it; `patternOf` makes patterns of names of nodes. */
export function ruleJsonOf(
  { at: _, wrapped: __, ...rule }: ScenarioSecurityRule,
  patternOf: (text: string) => string,
): Record<string, unknown> {
  const json: Record<string, unknown> = { ...rule };
  for (const key of ENDPOINT_KEYS) if (rule[key] !== undefined) json[key] = patternOf(rule[key]);
  return json;
}

function endpoint() {
  return text('the name of a node, or a pattern such as ipn:101.*').optional();
}

/** In `at`: all nodes. */
export const EVERY_NODE = '*';
/** The keys of a rule that name a node or a pattern of endpoints. */
export const ENDPOINT_KEYS = ['source', 'destination', 'securitySource'] as const;
