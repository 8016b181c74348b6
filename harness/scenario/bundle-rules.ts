/** How the nodes of a scenario take, make and cut bundles: the form in the file, its meaning. */
import type { z } from 'zod';
import { FRAGMENT_OCTETS_MIN, SETS_MAX, WAIT_MS_MAX } from '#node/bundle-config.ts';
import { IMC_SCHEME } from '#protocol/bundle/eid.ts';
import type { Strictness } from '#protocol/bundle/strictness.ts';
import { choice, count, list, mapping, name, quantity, text, truth } from './vocabulary.ts';

/** A group to which traffic may go. */
export interface NamedGroup {
  readonly name: string;
  /** As a URI, such as `imc:7.1`. */
  readonly endpoint: string;
  /** Nodes by name; all of them when undefined. */
  readonly members: readonly string[] | undefined;
}

/** For all nodes, unless it names some. */
export interface BundleRules {
  readonly strictness: Strictness;
  readonly statusReports: boolean;
  /** Nodes that do not know the time, by name. */
  readonly clockless: readonly string[];
  /** The largest bundle that links take; undefined where none is cut. */
  readonly fragmentOctetsMax: number | undefined;
  /** The code of the imc scheme, and the ipn allocator of groups, where they are not the usual. */
  readonly numbering: { readonly imcScheme?: number; readonly ipnAllocator?: number };
  readonly groups: readonly NamedGroup[];
  /** The group of all nodes to which constellation statements go; undefined where links tell. */
  readonly statementGroup: string | undefined;
  /** Where a bound is absent the agent's own holds. */
  readonly reassembly: {
    readonly setsMax?: number;
    readonly octetsMax?: number;
    readonly waitMsMax?: number;
  };
}

/** A group, as a URI; whether it is one depends on the numbering. */
const endpoint = () => text('a group such as imc:7.1').meta({ examples: ['imc:7.1'] });

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
  imcScheme: count(IMC_SCHEME, Number.MAX_SAFE_INTEGER)
    .optional()
    .describe('Code of the imc scheme, of groups: 3, or one for private use, from 65536 on.'),
  ipnAllocator: count(1, 2 ** 32 - 1)
    .optional()
    .describe('Allocator of the ipn scheme whose node numbers are groups.'),
  groups: list(
    mapping({
      name: name('watch').describe('By which traffic names it.'),
      endpoint: endpoint(),
      members: list(name('p1s01'), 2_000).optional().describe('All nodes unless given.'),
    }),
    100,
  ).default([]),
  statementGroup: endpoint()
    .optional()
    .describe('Statements also go by bundle to this group, of which every node is a member.'),
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
  const { imcScheme, ipnAllocator, groups, statementGroup } = input;
  const { sets, size, wait } = input.reassembly;
  return {
    ...{ strictness, statusReports, clockless, fragmentOctetsMax, statementGroup },
    numbering: {
      ...(imcScheme === undefined ? {} : { imcScheme }),
      ...(ipnAllocator === undefined ? {} : { ipnAllocator }),
    },
    groups: groups.map(({ name: group, endpoint: uri, members }) => ({
      name: group,
      endpoint: uri,
      members,
    })),
    reassembly: {
      ...(sets === undefined ? {} : { setsMax: sets }),
      ...(size === undefined ? {} : { octetsMax: size }),
      ...(wait === undefined ? {} : { waitMsMax: wait }),
    },
  };
}
