/** A contact plan as text, for people and for other tools. */
import { MICROSECONDS_PER_S } from '#protocol/machine.ts';
import type { World } from './world.ts';

/** The plan as JSON, exact: the nodes, and `Contact`s and `Range`s one a line. */
export function formatJsonPlan({ nodes, plan }: World): string {
  const list = (rows: readonly object[]): string =>
    rows.length === 0
      ? '[]'
      : `[\n    ${rows.map((row) => JSON.stringify(row)).join(',\n    ')}\n  ]`;
  return `{
  "nodes": ${list(nodes)},
  "contacts": ${list(plan.contacts)},
  "ranges": ${list(plan.ranges)}
}
`;
}

/**
 * The plan as ionadmin commands. ION counts whole seconds from its reference time, whole
 * light-seconds and octets a second; so a contact loses what it has of a second at either end, and
 * every range is rounded up, to 1 in low orbit, and given once per contact. Contacts shorter than
 * that are left out. Source: ION, ionrc(5).
 */
export function formatIonPlan({ nodes, plan }: World): string {
  const lines = nodes.map(({ name, node }) => `# ipn:${node} is ${name}`);
  for (const { from, to, startsAt, endsAt, rateBps } of plan.contacts) {
    const start = Math.ceil(startsAt / MICROSECONDS_PER_S);
    const end = Math.floor(endsAt / MICROSECONDS_PER_S);
    if (end <= start) continue;
    lines.push(`a contact +${start} +${end} ${from} ${to} ${Math.floor(rateBps / 8)}`);
    if (from < to) lines.push(`a range +${start} +${end} ${from} ${to} 1`);
  }
  return `${lines.join('\n')}\n`;
}
