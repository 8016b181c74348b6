/** Four satellites in a row and a ground station below the first: the smallest mesh with hops. */
import type { Screen, UpOptions } from '#harness/cli/screen.ts';
import type { Report } from '#harness/report/report.ts';
import { parseScenario } from '#harness/scenario/load.ts';
import type { FleetKind, Scenario } from '#harness/scenario/scenario.ts';
import { up } from '#harness/up.ts';

/** The mesh as a scenario of `runS` seconds; `extra` is YAML put after the rest. */
export function smallMesh(fleet: FleetKind, runS: number, extra = ''): Scenario {
  return parseScenario(
    `
name: small-mesh
run: ${runS} s
fleet: ${fleet}
satellitesPerProcess: 3
constellation:
  kind: elements
  satellites:
    - { name: alpha, altitude: 780 km, inclination: 90 deg, raan: 0 deg, meanAnomaly: 0 deg }
    - { name: beta, altitude: 780 km, inclination: 90 deg, raan: 0 deg, meanAnomaly: 15 deg }
    - { name: gamma, altitude: 780 km, inclination: 90 deg, raan: 0 deg, meanAnomaly: 30 deg }
    - { name: delta, altitude: 780 km, inclination: 90 deg, raan: 0 deg, meanAnomaly: 45 deg }
topology:
  kind: links
  links: [[alpha, beta], [beta, gamma], [gamma, delta]]
traffic:
  - { from: alpha, to: delta, class: flash, every: 100 ms }
  - { from: delta, to: alpha, class: bulk, every: 200 ms, size: 4 KiB }
  - { from: beta, to: gamma, class: normal, every: 250 ms }
objectives:
  linksSecuredWithin: 20 s
  deliveredRatio: 1
${extra}`,
    'small-mesh.yaml',
  );
}

/** Runs a scenario to its report, by default with nobody watching. */
export function runQuietly(
  scenario: Scenario,
  options: Partial<UpOptions> = {},
  screen: Screen = SILENT,
): Promise<Report> {
  return up(scenario, { signal: new AbortController().signal, ...options }, screen);
}

/** Shows nothing. */
export const SILENT: Screen = {
  started: () => {},
  secured: () => {},
  traffic: () => {},
  warn: () => {},
  done: () => {},
};
