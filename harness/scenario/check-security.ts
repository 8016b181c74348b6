/** What the `security` of a scenario asks for, judged against the rest of it. */
import { leastFrameOctets } from '#node/security-config.ts';
import { oneOf, type Report, remedyFor } from './finding.ts';
import type { Scenario } from './scenario.ts';

/** Reports what cannot be; `names` are those of all nodes. */
export function checkSecurity(
  { security, link, durationMs, objectives }: Scenario,
  names: readonly string[],
  report: Report,
): void {
  const least = leastFrameOctets(security.suite, link.channel);
  if (security.suite === 'hybrid' && link.frameOctetsMax < least) {
    const what = `a frame of ${link.frameOctetsMax} B does not hold the HELLO of the hybrid suite`;
    const expected = `a frameSize of at least ${least} B`;
    report(['security', 'suite'], what, 'Enlarge frameSize, or use the classical suite', expected);
  }
  const isAsked = objectives.some(({ kind }) => kind === 'revocations-known');
  if (isAsked && security.revocations.length === 0) {
    const what = 'an objective speaks of revocations, and there are none';
    report(['objectives', 'revocationsKnownWithin'], what, 'Add revocations to security');
  }
  const revokedAtMs = new Map<string, number>(); // Bounded by the revocations listed.
  security.revocations.forEach(({ node, atMs }, index) => {
    if (revokedAtMs.has(node)) {
      const path = ['security', 'revocations', index, 'node'];
      report(path, `${node} is revoked twice`, 'Remove one of the two');
    } else revokedAtMs.set(node, atMs);
  });
  security.revocations.forEach(({ node, atMs, from }, index) => {
    const path = ['security', 'revocations', index];
    for (const [end, name] of Object.entries({ node, from })) {
      if (names.includes(name)) continue;
      const what = `${end} is ${name}, which is no node`;
      report([...path, end], what, remedyFor(name, names), oneOf(names));
    }
    if (node === from) {
      report([...path, 'from'], `${node} hands out its own revocation`, 'Name another node');
    } else if ((revokedAtMs.get(from) ?? Number.POSITIVE_INFINITY) <= atMs) {
      const what = `${from} is revoked by then, so nobody listens to it`;
      report([...path, 'from'], what, 'Name another node');
    }
    if (atMs >= durationMs) {
      const expected = `less than run, ${durationMs / 1_000} s`;
      report([...path, 'at'], 'the run is over by then', 'Revoke earlier, or run longer', expected);
    }
  });
}
