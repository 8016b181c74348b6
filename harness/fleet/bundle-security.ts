/** The security of bundles as the nodes of a run are told it, with keys made for the run. */
import { type BundleSecurityConfig, readBundleSecurity } from '#node/bundle-security-config.ts';
import { JsonCursor } from '#node/json-cursor.ts';
import { ipnEid } from '#protocol/bundle/eid.ts';
import type { Authority } from '../authority/authority.ts';
import type { World, WorldNode } from '../constellation/world.ts';
import { isRuleOf, keyKindsOf, ruleJsonOf } from '../scenario/bundle-security.ts';
import type { Scenario } from '../scenario/scenario.ts';

/** Makes the keys; then what each node does, which is nothing where no rule is for it. */
export function bundleSecurityIn(
  { security: { bundles: rules } }: Scenario,
  { nodes }: Pick<World, 'nodes'>,
  authority: Authority,
): (node: WorldNode) => { bundleSecurity?: BundleSecurityConfig } {
  const keys = [...keyKindsOf(rules)].map(([name, kind]) => {
    const { use, octets } = authority.makeBundleKey(name, kind, '*');
    return { name, use, octets };
  });
  const patterns = new Map(nodes.map(({ name, node }) => [name, `ipn:${node}.*`]));
  return ({ name, node }) => {
    const own = rules.filter((rule) => isRuleOf(rule, name));
    if (own.length === 0) return {};
    const named = new Set(own.map(({ key }) => key));
    const json = {
      keys: keys.filter((key) => named.has(key.name)),
      rules: own.map((rule) => ruleJsonOf(rule, (text) => patterns.get(text) ?? text)),
    };
    return { bundleSecurity: readBundleSecurity(new JsonCursor(json), ipnEid(node, 0)) };
  };
}
