/**
 * Counts links against the contact plan. A link is one contact between two nodes, both directions
 * together; it counts as secured when both of its ends have said so during the contact.
 */
import type { Notice } from '#node/notice.ts';
import type { CryptoProviderName } from '#protocol/crypto/ports.ts';
import type { Instant } from '#protocol/machine.ts';
import type { ContactPlan, NodeNumber } from '#protocol/routing/contact-plan.ts';

interface Link {
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  provider: CryptoProviderName | undefined;
  /** Ends that have reported it secured: the lower node number, the higher. */
  lower: boolean;
  higher: boolean;
}

/** Watches every node's notices. Bounded by the contacts of the plan. */
export class LinkCensus {
  readonly #links = new Map<string, Link[]>();
  /** Links that are due from the first instant. */
  readonly atStart: number;
  /** How many of those are secured, or have been. */
  securedAtStart = 0;

  constructor(plan: ContactPlan) {
    for (const { from, to, startsAt, endsAt } of plan.contacts) {
      if (from > to) continue;
      const links = this.#links.get(keyOf(from, to)) ?? [];
      links.push({ startsAt, endsAt, provider: undefined, lower: false, higher: false });
      this.#links.set(keyOf(from, to), links);
    }
    this.atStart = [...this.#links.values()].flat().filter(({ startsAt }) => startsAt <= 0).length;
  }

  /** Takes in what a node tells. */
  notice(node: NodeNumber, notice: Notice): void {
    if (notice.kind !== 'link-secured') return;
    const { at, neighbour, provider } = notice;
    const link = this.#links
      .get(keyOf(node, neighbour))
      ?.find(({ startsAt, endsAt }) => startsAt <= at && at <= endsAt);
    if (link === undefined || (link.lower && link.higher)) return;
    link.provider = provider;
    if (node < neighbour) link.lower = true;
    else link.higher = true;
    if (link.lower && link.higher && link.startsAt <= 0) this.securedAtStart++;
  }

  /** All links that began at least GRACE_US before `until`, the end of the run. */
  summary(until: Instant): {
    readonly expected: number;
    readonly secured: number;
    readonly byCryptoProvider: Partial<Record<CryptoProviderName, number>>;
  } {
    const due = [...this.#links.values()]
      .flat()
      .filter(({ startsAt }) => startsAt <= 0 || startsAt + GRACE_US <= until);
    const byCryptoProvider: Partial<Record<CryptoProviderName, number>> = {};
    for (const { provider, lower, higher } of due) {
      if (provider === undefined || !lower || !higher) continue;
      byCryptoProvider[provider] = (byCryptoProvider[provider] ?? 0) + 1;
    }
    const secured = due.filter(({ lower, higher }) => lower && higher).length;
    return { expected: due.length, secured, byCryptoProvider };
  }
}

function keyOf(a: NodeNumber, b: NodeNumber): string {
  return a < b ? `${a}-${b}` : `${b}-${a}`;
}

/** A link that came into view this late is not held against the run. */
const GRACE_US = 2_000_000;
