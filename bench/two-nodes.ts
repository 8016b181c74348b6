/** The two nodes of every measurement between two links: who they are, and what joins them. */
import { createAuthority } from '#harness/authority/authority.ts';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { OsRandom } from '#node/adapters/os-random.ts';
import type { CryptoProvider } from '#protocol/crypto/ports.ts';
import type { Connection } from '#protocol/link/keying.ts';
import { Link } from '#protocol/link/link.ts';
import { SessionKeying } from '#protocol/link/session-keying.ts';
import { Admission } from '#protocol/session/admission.ts';
import type { Credentials } from '#protocol/session/credentials.ts';
import { Membership } from '#protocol/session/membership.ts';

/** The first node says HELLO. Their numbers, and spacecraft ids, are 1 and 2. */
export type NodeIndex = 0 | 1;

/** Fresh credentials of both nodes, from one authority. */
export function issueCredentials(): [Credentials, Credentials] {
  const random = new OsRandom();
  const options = { name: 'bench', provider: nativeProvider, random, testEquipment: false };
  const authority = createAuthority(options);
  const issue = (node: number): Credentials =>
    authority.issue({ eid: `ipn:${node}.0`, scids: [node], roles: 1 });
  return [issue(1), issue(2)];
}

/** Makes links of one node to the other, each as if they had never met. */
export function linkMaker(
  index: NodeIndex,
  credentials: Credentials,
  provider: CryptoProvider,
  frameOctetsMax: number,
): () => Link {
  const random = new OsRandom();
  const shared = { credentials, provider, random };
  const membership = new Membership({ ...shared, records: new Map(), bootMin: 1 });
  // Bounded by the records of one boot.
  for (let output = membership.poll(); output !== undefined; output = membership.poll()) {
    if (output.kind === 'persist') membership.written(0, output.record);
  }
  const admission = new Admission(credentials, provider, random);
  const ends = { localScid: 1 + index, remoteScid: 2 - index };
  const keying = { ...shared, membership, admission, ...ends };
  return () => new Link({ ...ends, frameOctetsMax }, new SessionKeying(keying));
}

/** A contact without an end, at a rate that no pacer has to hold back. */
export function connectionOf(index: NodeIndex): Connection {
  return { rateBps: 1e12, roundTripUs: 100, initiate: index === 0 };
}
