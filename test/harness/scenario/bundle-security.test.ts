/** Rules for the security of bundles in a scenario: what is told of a mistake, and what nodes get. */
import { describe, expect, it } from 'vitest';
import { createAuthority } from '#harness/authority/authority.ts';
import { bundleSecurityIn } from '#harness/fleet/bundle-security.ts';
import { SeededRandom } from '#harness/fleet/seeded-random.ts';
import { parseScenario } from '#harness/scenario/load.ts';
import { ScenarioError } from '#harness/scenario/scenario-error.ts';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { formatConfigError } from '#node/config-error.ts';

const SIGNS = '{ at: [alpha], role: source, service: integrity, destination: bravo, key: mac }';
const CHECKS = "{ at: ['*'], role: verifier, service: integrity, source: 'ipn:*.*', key: mac }";

describe('rules for the security of bundles', () => {
  it('give each node its own rules, with endpoints for names, and only the keys that it needs', () => {
    const scenario = scenarioWith(
      SIGNS,
      CHECKS,
      '{ at: [bravo], role: source, service: confidentiality, key: seal, wrapped: true }',
    );
    const of = configsOf(scenario);
    const [alpha, bravo] = [of(101), of(102)];
    expect(alpha?.keys.map(({ name, use, octets }) => [name, use, octets.length])).toEqual([
      ['mac', 'hmac', 96],
    ]);
    expect(bravo?.keys.map(({ name, use }) => [name, use])).toEqual([
      ['mac', 'hmac'],
      ['seal', 'key-wrap'],
    ]);
    expect(bravo?.keys[0]).toEqual(alpha?.keys[0]);
    const ranges = { kind: 'ipn', node: [[102, 102]] };
    expect(alpha?.policy.rules).toMatchObject([
      { role: 'source', destination: ranges, targets: ['payload'], onFailure: 'discard-bundle' },
      { role: 'verifier', required: false },
    ]);
    expect(alpha?.policy.securitySource).toMatchObject({ node: 101, service: 0 });
    expect(configsOf(scenarioWith(SIGNS))(102)).toBeUndefined();
  });

  it('have the same keys in every virtual run of a seed, and others under another', () => {
    const keys = (seed: number) => configsOf(scenarioWith(SIGNS), seed)(101)?.keys;
    expect(keys(1)).toEqual(keys(1));
    expect(keys(1)).not.toEqual(keys(2));
  });

  it.each([
    [SIGNS.replace('alpha', 'alfa'), 'alfa is no node. Expected one of *, alpha, bravo'],
    [SIGNS.replace('[alpha]', '[]'), 'nobody has this rule'],
    [SIGNS.replace('bravo', 'brave'), 'destination is brave, which is neither'],
    [SIGNS.replace('key: mac', 'key: mac, variant: aes-128-gcm'), 'one of hmac-sha256'],
    [SIGNS.replace('key: mac', 'key: mac, required: true'), 'required is not a known key'],
    [SIGNS.replace('key: mac', 'key: mac, targets: [11]'), 'targets[0] is 11'],
    [SIGNS.replace('key: mac', 'key: mac, targets: [all]'), 'primary, payload, or a block type'],
    [SIGNS.replace('key: mac', 'key: mac, targets: []'), 'at least one'],
    [SIGNS.replace('role: source', 'role: judge'), 'role is judge. Expected one of source'],
    [CHECKS.replace('key: mac', 'key: max'), 'no rule of a source has the key max'],
    [CHECKS.replace('key: mac', 'key: mac, scope: []'), 'scope is not a known key'],
  ])('are refused for %s', (rule, words) => {
    const problems = problemsOf(() => scenarioWith(SIGNS, rule));
    expect(problems.join('\n')).toContain(words);
    expect(problems[0]).toMatch(/^s\.yaml:\d+:\d+: /);
  });

  it('are refused where one key would have to be of two kinds', () => {
    const other = SIGNS.replace('key: mac', 'key: mac, variant: hmac-sha256');
    expect(problemsOf(() => scenarioWith(SIGNS, other)).join()).toContain(
      'the key mac is for hmac-sha256 elsewhere, and for hmac-sha384 here',
    );
  });

  it('are missed where an objective speaks of them', () => {
    const text = `${scenarioText()}objectives: { securedAcceptedRatio: 1 }\n`;
    expect(problemsOf(() => parseScenario(text, 's.yaml')).join()).toContain(
      'an objective speaks of secured bundles, and nobody secures one',
    );
  });
});

function scenarioText(...rules: readonly string[]): string {
  return `
name: secured
constellation:
  kind: elements
  satellites:
    - { name: alpha, altitude: 780 km, inclination: 90 deg, raan: 0 deg, meanAnomaly: 0 deg }
    - { name: bravo, altitude: 780 km, inclination: 90 deg, raan: 0 deg, meanAnomaly: 15 deg }
topology: { kind: links, links: [[alpha, bravo]] }
traffic: [{ from: alpha, to: bravo }]
security:
  bundles: [${rules.join(', ')}]
`;
}

function scenarioWith(...rules: readonly string[]) {
  return parseScenario(scenarioText(...rules), 's.yaml');
}

function configsOf(scenario: ReturnType<typeof parseScenario>, seed = 1) {
  const authority = createAuthority({
    name: 'test',
    provider: nativeProvider,
    random: new SeededRandom(seed, 'authority'),
    testEquipment: true,
  });
  const nodes = ['alpha', 'bravo'].map((name, index) => ({
    ...{ name, node: 101 + index, scid: 101 + index, terminals: 1 },
    kind: 'satellite' as const,
  }));
  const of = bundleSecurityIn(scenario, { nodes }, authority);
  return (node: number) => of(nodes.find((each) => each.node === node)!).bundleSecurity;
}

function problemsOf(work: () => unknown): string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof ScenarioError) return error.problems.map(formatConfigError);
    throw error;
  }
  return [];
}
