/** How the nodes of a scenario take, make and cut bundles: the form in the file, its meaning. */
import type { z } from 'zod';
import { FRAGMENT_OCTETS_MIN, SETS_MAX, WAIT_MS_MAX } from '#node/bundle-config.ts';
import type { Strictness } from '#protocol/bundle/strictness.ts';
import { choice, count, list, mapping, name, quantity, truth } from './vocabulary.ts';

/** For all nodes, unless it names some. */
export interface BundleRules {
  readonly strictness: Strictness;
  readonly statusReports: boolean;
  /** Nodes that do not know the time, by name. */
  readonly clockless: readonly string[];
  /** The largest bundle that links take; undefined where none is cut. */
  readonly fragmentOctetsMax: number | undefined;
  /** Where a bound is absent the agent's own holds. */
  readonly reassembly: {
    readonly setsMax?: number;
    readonly octetsMax?: number;
    readonly waitMsMax?: number;
  };
}

/** The form of `bundles`. */
export const bundlesSchema = mapping({
  strictness: choice(['tolerant', 'strict'])
    .default('tolerant')
    .describe('Whether bundles that deviate from RFC 9171 are taken, and counted, or refused.'),
  statusReports: truth()
    .default(false)
    .describe('Whether nodes send the status reports that bundles ask for.'),
  clockless: list(name('p1s01').describe('A node that does not know the time.'), 1_000)
    .default([])
    .describe('Their bundles carry an age in place of a time.'),
  fragmentSize: quantity('size', 'B', { min: FRAGMENT_OCTETS_MIN, max: 2 ** 20, example: '4 KiB' })
    .optional()
    .describe('The largest bundle that links take; larger ones are cut into fragments.'),
  reassembly: mapping({
    sets: count(1, SETS_MAX).optional().describe('Bundles put together at once, at one node.'),
    size: quantity('size', 'B', { min: 1, max: 2 ** 36, example: '32 MiB' })
      .optional()
      .describe('Octets of fragments that wait at one node.'),
    wait: quantity('duration', 'ms', { min: 1, max: WAIT_MS_MAX, example: '1 h' })
      .optional()
      .describe('How long a fragment waits for the others.'),
  }).prefault({}),
});

/** What the file says, with units in the names. */
export function bundleRulesOf(input: z.output<typeof bundlesSchema>): BundleRules {
  const { strictness, statusReports, clockless, fragmentSize: fragmentOctetsMax } = input;
  const { sets, size, wait } = input.reassembly;
  return {
    ...{ strictness, statusReports, clockless, fragmentOctetsMax },
    reassembly: {
      ...(sets === undefined ? {} : { setsMax: sets }),
      ...(size === undefined ? {} : { octetsMax: size }),
      ...(wait === undefined ? {} : { waitMsMax: wait }),
    },
  };
}
