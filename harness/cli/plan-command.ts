/** `orbweaver plan`: who sees whom, when. */
import { MICROSECONDS_PER_MS } from '#protocol/machine.ts';
import { formatIonPlan, formatJsonPlan } from '../constellation/plan-format.ts';
import { buildWorld, type World } from '../constellation/world.ts';
import { loadScenario } from '../scenario/load.ts';
import { choiceOf, durationOf } from './arguments.ts';
import type { Command, Invocation, Terminal } from './command.ts';

/** Prints the contact plan of a scenario. */
export const PLAN: Command = {
  name: 'plan',
  summary: 'Print the contact plan of a scenario',
  positionals: ['scenario'],
  flags: {
    for: { type: 'string', value: 'TIME', help: 'how far ahead to look, such as 2h' },
    format: { type: 'string', value: 'FORMAT', help: 'text, json, or ion for ionadmin' },
    json: { type: 'boolean', help: 'the same as --format json' },
    help: { type: 'boolean', help: 'this text' },
  },
  notes: `Contacts go one way. Times count from the epoch of the scenario: seconds in text and for
ionadmin, microseconds in JSON.`,
  example: 'orbweaver plan scenarios/walker-66.yaml --for 2h --format ion',
  run,
};

async function run(invocation: Invocation, { out }: Terminal): Promise<number> {
  const format = choiceOf(invocation, 'format', ['text', 'json', 'ion']) ?? 'text';
  const forMs = durationOf(invocation, 'for');
  const scenario = loadScenario(invocation.positionals[0] as string);
  const world = buildWorld(scenario, (forMs ?? scenario.durationMs) * MICROSECONDS_PER_MS);
  const json = format === 'json' || invocation.flags.json === true;
  out.write(json ? formatJsonPlan(world) : format === 'ion' ? formatIonPlan(world) : table(world));
  return 0;
}

function table({ nodes, plan, owltUs }: World): string {
  const nameOf = new Map(nodes.map(({ node, name }) => [node, name]));
  const rows = plan.contacts.map(({ from, to, startsAt, endsAt, rateBps }) => [
    `${nameOf.get(from)} → ${nameOf.get(to)}`,
    (startsAt / 1e6).toFixed(1),
    (endsAt / 1e6).toFixed(1),
    String(rateBps / 1e6),
    (owltUs(from, to, startsAt) / 1e3).toFixed(2),
  ]);
  const lines = [['contact', 'from s', 'until s', 'Mbit/s', 'light ms'], ...rows];
  const widths = lines[0]!.map((_, at) => Math.max(...lines.map((line) => line[at]!.length)));
  return lines
    .map(([contact = '', ...figures]) =>
      [
        contact.padEnd(widths[0]!),
        ...figures.map((figure, at) => figure.padStart(widths[at + 1]!)),
      ].join('  '),
    )
    .map((line) => `${line}\n`)
    .join('');
}
