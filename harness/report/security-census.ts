/**
 * What the notices of all nodes say about keys: sessions, rekeys, and how far the news of a
 * revocation has come.
 */
import type { Notice } from '#node/notice.ts';
import type { SatelliteSnapshot } from '#node/satellite.ts';
import { type Instant, MICROSECONDS_PER_MS } from '#protocol/machine.ts';
import type { NodeNumber } from '#protocol/routing/contact-plan.ts';
import type { HandedStatement, NamedNode } from '../authority/revocation-schedule.ts';
import type { LinkKind, RevocationReport, SecurityReport } from './report.ts';
import { tally } from './tally.ts';

interface Spread {
  readonly handed: HandedStatement;
  readonly at: Instant;
  /** Who does not know yet, of those to whom it matters. Bounded by the nodes. */
  readonly unaware: Set<NodeNumber>;
  lastAt: Instant;
}

/** Watches every node's notices. */
export class SecurityCensus {
  readonly #nodes: readonly NamedNode[];
  readonly #nameOf: ReadonlyMap<NodeNumber, string>;
  /** Bounded by the revocations of the scenario. */
  readonly #spreads: Spread[] = [];
  #sessions = 0;
  #rekeys = 0;

  constructor(nodes: readonly NamedNode[]) {
    this.#nodes = nodes;
    this.#nameOf = new Map(nodes.map(({ name, node }) => [node, name]));
  }

  /** A statement goes to a node at `at`. */
  handed(handed: HandedStatement, at: Instant): void {
    const revoked = new Set([handed, ...this.#spreads.map((each) => each.handed)].map(nodeOf));
    const unaware = new Set(
      this.#nodes.map(({ node }) => node).filter((node) => !revoked.has(node)),
    );
    this.#spreads.push({ handed, at, unaware, lastAt: at });
  }

  /** Takes in what a node tells. */
  notice(node: NodeNumber, notice: Notice): void {
    switch (notice.kind) {
      // Both ends tell; the one with the lower number is counted. Provision makes no session.
      case 'link-secured':
        if (node < notice.neighbour && notice.keying === undefined) this.#sessions++;
        break;
      case 'link-rekeyed':
        if (node < notice.neighbour) this.#rekeys++;
        break;
      case 'statement-adopted':
        // Whoever holds a later statement knows what the earlier ones said.
        for (const spread of this.#spreads) {
          if (spread.handed.serial > notice.serial || !spread.unaware.delete(node)) continue;
          spread.lastAt = Math.max(spread.lastAt, notice.at);
        }
    }
  }

  /** All that is known when the nodes have stopped. */
  summary(snapshots: ReadonlyMap<NodeNumber, SatelliteSnapshot>): Omit<SecurityReport, 'suite'> {
    const all = [...snapshots.values()];
    const refusals = tally(all.map(({ frames }) => frames.faults));
    const session = Object.entries(refusals).filter(([key]) => key.startsWith('session.'));
    const links = all.flatMap((snapshot) => snapshot.links);
    return {
      sessions: this.#sessions,
      rekeys: this.#rekeys,
      handshakesFailed: Object.values(tally(links.map(({ failed }) => failed))).reduce(
        (sum, count) => sum + count,
        0,
      ),
      refusals: Object.fromEntries(
        session.map(([key, count]) => [key.slice('session.'.length), count]),
      ),
      links: linksByKind(snapshots),
      revocations: this.revocations(),
      bundles: bundleSecurityOf(all),
    };
  }

  /** How far each revocation has come, in the order in which they were handed out. */
  revocations(): RevocationReport[] {
    return this.#spreads.map(({ handed, at, unaware, lastAt }) => ({
      node: this.#nameOf.get(handed.revoked) ?? '',
      from: this.#nameOf.get(handed.to) ?? '',
      serial: handed.serial,
      atMs: at / MICROSECONDS_PER_MS,
      unaware: unaware.size,
      knownAfterMs: unaware.size > 0 ? null : (lastAt - at) / MICROSECONDS_PER_MS,
    }));
  }
}

/** The sum over all nodes. */
function bundleSecurityOf(snapshots: readonly SatelliteSnapshot[]): SecurityReport['bundles'] {
  const counts = snapshots.map(({ bundleSecurity }) => bundleSecurity);
  const total = { secured: 0, verified: 0, accepted: 0 };
  for (const { secured, verified, accepted } of counts) {
    total.secured += secured;
    total.verified += verified;
    total.accepted += accepted;
  }
  return { ...total, failed: tally(counts.map(({ failed }) => failed)) };
}

/** Pairs of neighbours that have met; one end is enough to know. */
function linksByKind(
  snapshots: ReadonlyMap<NodeNumber, SatelliteSnapshot>,
): Record<LinkKind, number> {
  const kinds = new Map<string, LinkKind>(); // Bounded by the links of the plan.
  for (const [node, { links }] of snapshots) {
    for (const { neighbour, keying } of links) {
      if (keying === 'none') continue;
      const pair = [node, neighbour].sort((a, b) => a - b).join('-');
      kinds.set(pair, keying === 'handshake' ? 'authenticated handshake' : keying);
    }
  }
  const counts = { 'authenticated handshake': 0, 'pre-shared key': 0 };
  for (const kind of kinds.values()) counts[kind]++;
  return counts;
}

function nodeOf({ revoked }: HandedStatement): NodeNumber {
  return revoked;
}
