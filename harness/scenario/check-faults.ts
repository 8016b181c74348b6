/** The `faults` of a scenario, judged against the rest of it. */
import { oneOf, type Report, remedyFor } from './finding.ts';
import type { Scenario } from './scenario.ts';

/** Reports what cannot be; `names` are those of all nodes. */
export function checkFaults(
  { faults, durationMs }: Scenario,
  names: readonly string[],
  report: Report,
): void {
  faults.forEach(({ node, atMs, everyMs, untilMs }, index) => {
    const path = ['faults', index];
    if (node === undefined && names.includes(RANDOM_NODE)) {
      const what = `a node is named ${RANDOM_NODE}, so nobody knows which is meant`;
      report([...path, 'node'], what, 'Give that node another name');
    } else if (node !== undefined && !names.includes(node)) {
      const what = `node is ${node}, which is no node`;
      report([...path, 'node'], what, remedyFor(node, names), oneOf([RANDOM_NODE, ...names]));
    }
    if (atMs >= durationMs) {
      const expected = `an at of less than run, ${durationMs / 1_000} s, or an every`;
      report(path, 'nothing happens before the run is over', 'Say when, or how often', expected);
    } else if (untilMs !== undefined && untilMs <= atMs) {
      report([...path, 'until'], 'the fault is over before it begins', 'Let it last longer');
    } else if (untilMs !== undefined && everyMs === undefined) {
      report([...path, 'until'], 'until ends a repetition, and there is none', 'Add every');
    }
  });
}

/** Instead of a name: one that is drawn. */
export const RANDOM_NODE = 'random';
