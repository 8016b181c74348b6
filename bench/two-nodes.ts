/** The two nodes of every measurement between two links: who they are, and what joins them. */
import { createAuthority } from '#harness/authority/authority.ts';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { OsRandom } from '#node/adapters/os-random.ts';
import type { CryptoProvider } from '#protocol/crypto/ports.ts';
import { Link } from '#protocol/link/link.ts';
import { SessionKeying } from '#protocol/link/session-keying.ts';
import type { Instant } from '#protocol/machine.ts';
import type { Credentials } from '#protocol/membership/credentials.ts';
import { Membership } from '#protocol/membership/membership.ts';
import { Admission } from '#protocol/session/admission.ts';
import type { HandshakeOptions, SuitePolicy } from '#protocol/session/handshake-context.ts';

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

/** One node, as far as its links need it. */
export class BenchNode {
  readonly #index: NodeIndex;
  readonly #membership: Membership;
  readonly #keying: HandshakeOptions;

  constructor(
    index: NodeIndex,
    credentials: Credentials,
    provider: CryptoProvider,
    suitePolicy: SuitePolicy = 'classical',
  ) {
    const shared = { credentials, provider, random: new OsRandom() };
    const membership = new Membership({ ...shared, records: new Map(), bootMin: 1 });
    // Bounded by the records of one boot.
    for (let output = membership.poll(); output !== undefined; output = membership.poll()) {
      if (output.kind === 'persist') membership.written(0, output.record);
    }
    const admission = new Admission(credentials, provider, shared.random);
    const ends = { localScid: 1 + index, remoteScid: 2 - index };
    this.#index = index;
    this.#membership = membership;
    this.#keying = { ...shared, membership, admission, ...ends, suitePolicy };
  }

  /** A fresh link to the other node. */
  makeLink(frameOctetsMax: number): Link {
    const { localScid, remoteScid } = this.#keying;
    const ends = { localScid, remoteScid };
    return new Link({ ...ends, frameOctetsMax }, new SessionKeying(this.#keying));
  }

  /** Begins a contact without an end, at a rate that no pacer has to hold back. */
  connect(now: Instant, link: Link): void {
    link.connect(now, { rateBps: 1e12, roundTripUs: 100, initiate: this.#index === 0 });
  }

  /** Forgets every session with the other node, so that the next one takes a whole handshake. */
  forget(): void {
    this.#membership.identity.resumeSecrets.forget(this.#keying.remoteScid);
  }
}
