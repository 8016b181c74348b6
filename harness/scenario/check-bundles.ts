/** What the `bundles` of a scenario ask for, judged against the rest of it. */
import { Groups } from '#protocol/agent/groups.ts';
import { formatEid, IMC_SCHEME, isImcCode, parseEid } from '#protocol/bundle/eid.ts';
import { Fault } from '#protocol/fault.ts';
import { oneOf, type Report, remedyFor } from './finding.ts';
import type { Scenario } from './scenario.ts';
import type { Path } from './yaml-source.ts';

/** Reports what cannot be; `names` are those of all nodes. */
export function checkBundles(scenario: Scenario, names: readonly string[], report: Report): void {
  const { clockless, groups } = scenario.bundles;
  checkNodes(['bundles', 'clockless'], clockless, names, report);
  groups.forEach(({ members }, index) => {
    const path = ['bundles', 'groups', index, 'members'];
    checkNodes(path, members ?? [], names, report);
    if (members?.length === 0) report(path, 'a group without members', 'Name some, or remove it');
  });
  checkEndpoints(scenario, report);
  const taken = new Set(names); // Bounded by the nodes and the groups.
  groups.forEach(({ name }, index) => {
    const path = ['bundles', 'groups', index, 'name'];
    if (taken.has(name)) report(path, `${name} is the name of something else`, 'Rename the group');
    taken.add(name);
  });
}

function checkNodes(
  path: Path,
  listed: readonly string[],
  names: readonly string[],
  report: Report,
): void {
  const taken = new Set<string>(); // Bounded by the names listed.
  listed.forEach((name, index) => {
    const place = [...path, index];
    if (!names.includes(name)) {
      report(place, `${name} is no node`, remedyFor(name, names), oneOf(names));
    } else if (taken.has(name)) report(place, `${name} is listed twice`, 'Remove one of the two');
    taken.add(name);
  });
}

/** Each group has an endpoint of its own, which is one by the numbering. */
function checkEndpoints({ bundles }: Scenario, report: Report): void {
  const { numbering, groups, statementGroup } = bundles;
  const { imcScheme = IMC_SCHEME } = numbering;
  if (!isImcCode(imcScheme)) {
    const expected = `${IMC_SCHEME}, or one for private use, from 65536 on`;
    report(['bundles', 'imcScheme'], `imcScheme is ${imcScheme}`, 'Correct it', expected);
  }
  const rules = new Groups({ ...numbering, memberOf: [] });
  const taken = new Set<string>(); // Bounded by the groups.
  const check = (path: Path, uri: string): void => {
    const eid = parseEid(uri);
    if (eid instanceof Fault || !rules.isGroup(eid)) {
      report(path, `${uri} is no group`, 'Correct it, or the numbering', EXPECTED);
    } else if (taken.has(formatEid(eid))) report(path, `${uri} is listed twice`, 'Choose another');
    else taken.add(formatEid(eid));
  };
  groups.forEach(({ endpoint }, index) => {
    check(['bundles', 'groups', index, 'endpoint'], endpoint);
  });
  if (statementGroup !== undefined) check(['bundles', 'statementGroup'], statementGroup);
}

const EXPECTED =
  'imc:7.1, dtn://all/~alerts, or ipn:9.1.0 where 9 is ipnAllocator, with numbers of your choice';
