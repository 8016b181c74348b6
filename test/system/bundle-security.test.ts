/** The security of bundles in whole fleets, by the shipped scenario, and over kills of a node. */
import { expect, it, vi } from 'vitest';
import { loadScenario } from '#harness/scenario/load.ts';
import type { FleetKind } from '#harness/scenario/scenario.ts';
import { Neighbours } from '#node/neighbours.ts';
import { checkSecurity } from '#protocol/bpsec/check-security.ts';
import { KeyRing } from '#protocol/bpsec/key-ring.ts';
import { bytesOf } from '#protocol/bpsec/security-block.ts';
import { readSecurityBlocks } from '#protocol/bpsec/security-blocks.ts';
import { decodeBundle, encodeBundle } from '#protocol/bundle/bundle.ts';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { nobleProvider } from '#protocol/crypto/noble.ts';
import { accepts, Counting, policy, success } from '../protocol/bpsec/bpsec.ts';
import { SEALING_KEY, SIGNING_KEY, securedBundlesOf } from './secured-node.ts';
import { runQuietly } from './small-mesh.ts';

it.each<FleetKind>(['virtual', 'hosted'])(
  'the shipped scenario holds as fleet %s, and its report counts what was done',
  async (fleet) => {
    const scenario = loadScenario('scenarios/secured.yaml');
    const report = await runQuietly(scenario, { fleet, durationMs: RUN_MS });
    expect(report.verdict).toBe('pass');
    const { secured, verified, accepted, failed } = report.security.bundles;
    expect([secured, accepted, failed]).toEqual([report.bundles.delivered, secured, {}]);
    expect(secured).toBeGreaterThan(20);
    const [telemetry, commands] = report.flows.map(({ delivered }) => delivered);
    expect(verified).toBe(telemetry! + commands!);
  },
);

it('a relay in a fleet that alters what it sends on is found out, and nothing is delivered', async () => {
  const { forward } = Neighbours.prototype;
  const relay = vi.spyOn(Neighbours.prototype, 'forward');
  relay.mockImplementation(function (this: Neighbours, now, output) {
    const isHeld = output.to === DELTA && output.id.startsWith(TELEMETRY);
    return forward.call(this, now, isHeld ? { ...output, octets: altered(output.octets) } : output);
  });
  const scenario = loadScenario('scenarios/secured.yaml');
  const run = runQuietly(scenario, { fleet: 'virtual', durationMs: RUN_MS });
  const report = await run.finally(() => relay.mockRestore());
  expect(report.verdict).toBe('fail');
  const [telemetry, commands, gateway] = report.flows;
  expect(telemetry).toMatchObject({ delivered: 0 });
  expect(commands).toMatchObject({ delivered: commands!.sent });
  expect(gateway).toMatchObject({ delivered: gateway!.sent });
  expect(report.bundles.deleted).toEqual({ 'failed-security-operation': telemetry!.sent });
  expect(report.security.bundles.failed).toEqual({ 'crypto.tag': telemetry!.sent });
});

it('a node that is killed and started again never encrypts under an IV twice', async () => {
  const bundles = (await securedBundlesOf(LIVES)).map((octets) => success(decodeBundle(octets)));
  expect(bundles.length).toBeGreaterThanOrEqual(10 * LIVES);
  const ivs = bundles.flatMap((bundle) =>
    success(readSecurityBlocks(bundle)).confidentiality.map(({ content }) =>
      toHex(success(bytesOf(content.parameters ?? [], IV, new Uint8Array(0)))),
    ),
  );
  // One for the payload, one for the BIB that signs it.
  expect(ivs).toHaveLength(2 * bundles.length);
  expect(new Set(ivs).size).toBe(ivs.length);
  // Within a life they are counted up; each life begins somewhere else.
  expect(new Set(ivs.map((iv) => iv.slice(0, 16))).size).toBe(LIVES);
  const keys = new KeyRing(nobleProvider.aead, new Counting());
  keys.add('hmac', 'hmac', fromHex(SIGNING_KEY));
  keys.add('aes256', 'aes-gcm', fromHex(SEALING_KEY));
  const rules = policy(
    accepts('confidentiality'),
    accepts('integrity', { required: true, targets: ['payload'] }),
  );
  for (const bundle of bundles) {
    expect(checkSecurity(bundle, rules, keys, true)).toMatchObject({
      verdict: 'pass',
      findings: [],
    });
  }
});

const LIVES = 4;
/** The id of the parameter (RFC 9173 §4.3.1). */
const IV = 1;
const RUN_MS = 8_000;
/** The node to which the relay sends on. */
const DELTA = 4;
/** How the ids of what alpha makes begin. */
const TELEMETRY = 'ipn:1.';

/** The bundle with another first octet of payload. */
function altered(octets: Uint8Array): Uint8Array {
  const { primary, blocks } = success(decodeBundle(octets));
  const payload = blocks.at(-1)!;
  const data = payload.data.slice();
  data[0]! ^= 1;
  const changed = { ...payload, data, octets: undefined };
  return encodeBundle({ primary, blocks: [...blocks.slice(0, -1), changed] });
}
