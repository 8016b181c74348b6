/**
 * Keys for the security of bundles, which the authority grants to all nodes whose endpoint fits a
 * pattern: whoever shares a key can read and sign what the others can.
 *
 * Source: RFC 9172 leaves the distribution of keys to the constellation; RFC 9173 §3.5, §4.3.2.
 */
import { type BundleKey, readBundleKeys } from '#node/bundle-keys.ts';
import { JsonCursor } from '#node/json-cursor.ts';
import { AES_OCTETS } from '#protocol/bpsec/bcb-aes-gcm.ts';
import { SHA_OCTETS } from '#protocol/bpsec/bib-hmac-sha2.ts';
import { fitsEndpoint, parseEndpointPattern } from '#protocol/bpsec/endpoint-pattern.ts';
import type { KeyUse } from '#protocol/bpsec/key-ring.ts';
import { parseEid } from '#protocol/bundle/eid.ts';
import { toHex } from '#protocol/bytes/octets.ts';
import type { Random } from '#protocol/crypto/ports.ts';
import { Fault } from '#protocol/fault.ts';

/** A key, and the nodes that are given it. */
export interface BundleGrant extends BundleKey {
  /** A pattern that their endpoints fit, such as `ipn:[257-258].*`. */
  readonly nodes: string;
}

/** What a key is for: the variant of a security context, or to wrap other keys. */
export type BundleKeyKind = keyof typeof KINDS;

/** A new key under a name that is not taken. */
export function newGrant(
  name: string,
  kind: BundleKeyKind,
  nodes: string,
  random: Random,
): BundleGrant {
  const { use, octets } = KINDS[kind];
  return { name, use, nodes, octets: toHex(random.octets(octets)) };
}

/** Those of the keys that a node is given, by its endpoint. */
export function grantedTo(grants: readonly BundleGrant[], eid: string): BundleKey[] {
  const endpoint = parseEid(eid);
  if (endpoint instanceof Fault) return [];
  return grants
    .filter(({ nodes }) => {
      const pattern = parseEndpointPattern(nodes);
      return !(pattern instanceof Fault) && fitsEndpoint(pattern, endpoint);
    })
    .map(({ name, use, octets }) => ({ name, use, octets }));
}

/** A grant from its file; throws ConfigError that shows no octets. */
export function readGrant(json: unknown): BundleGrant {
  const cursor = new JsonCursor(json).object(['nodes', 'keys']);
  const nodes = cursor.at('nodes');
  if (parseEndpointPattern(nodes.text()) instanceof Fault) throw nodes.mistake('a pattern');
  const [key] = readBundleKeys(cursor.at('keys'));
  if (key === undefined) throw cursor.at('keys').mistake('one key');
  return { ...key, nodes: nodes.text() };
}

/** The text of its file. */
export function formatGrant({ nodes, ...key }: BundleGrant): string {
  return `${JSON.stringify({ nodes, keys: [key] }, undefined, 2)}\n`;
}

const KINDS = {
  'hmac-sha256': { use: 'hmac', octets: SHA_OCTETS[5] },
  'hmac-sha384': { use: 'hmac', octets: SHA_OCTETS[6] },
  'hmac-sha512': { use: 'hmac', octets: SHA_OCTETS[7] },
  'aes-128-gcm': { use: 'aes-gcm', octets: AES_OCTETS[1] },
  'aes-256-gcm': { use: 'aes-gcm', octets: AES_OCTETS[3] },
  'key-wrap': { use: 'key-wrap', octets: 32 },
} as const satisfies Readonly<Record<string, { use: KeyUse; octets: number }>>;

/** All kinds, for whoever chooses. */
export const BUNDLE_KEY_KINDS = Object.keys(KINDS) as readonly BundleKeyKind[];
