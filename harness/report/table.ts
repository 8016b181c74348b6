/** The report for people: at most 100 columns, with colour where asked for. */
import { styleText } from 'node:util';
import Table from 'cli-table3';
import type {
  Casualty,
  FaultReport,
  FlowReport,
  NodeLedgers,
  Report,
  SecurityReport,
} from './report.ts';

/** The whole report as lines of text. `colour` is for terminals only. */
export function formatReport(report: Report, colour: boolean): string {
  const paint: Paint = (style, text) =>
    colour ? styleText(style, text, { validateStream: false }) : text;
  return [
    paint('bold', title(report)),
    '',
    ...facts(report).map(([name, fact]) => `  ${paint('dim', name.padEnd(9))}${fact}`),
    '',
    ...(report.flows.length === 0 ? [] : [flowTable(report.flows), '']),
    ...report.casualties.flatMap((casualty) => casualtyLines(casualty, paint)),
    ...(report.casualties.length === 0 ? [] : ['']),
    ...objectiveLines(report, paint),
    VERDICT[report.verdict](paint),
  ].join('\n');
}

/** The first few of a list of names, and how many more there are. */
export function formatNames(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_SHOWN_MAX).join(', ');
  return names.length > NAMES_SHOWN_MAX
    ? `${shown} and ${names.length - NAMES_SHOWN_MAX} more`
    : shown;
}

type Paint = (style: 'bold' | 'dim' | 'green' | 'red' | 'yellow', text: string) => string;

function title({ scenario, fleet, seed, satellites, groundStations, processes }: Report): string {
  const nodes = `${number(satellites)} satellites, ${number(groundStations)} ground stations`;
  const hosts = `${number(processes)} process${processes === 1 ? '' : 'es'}`;
  const how = fleet === 'virtual' ? 'virtual time' : hosts;
  return `${scenario}: ${nodes}, ${how}, seed ${seed}`;
}

function facts(report: Report): [string, string][] {
  const { links, bundles, frames, memory, fidelity, machine, bootMs } = report;
  const providers = Object.entries(links.byCryptoProvider).map(
    ([name, n]) => `${name} ${number(n)}`,
  );
  const deleted = Object.values(bundles.deleted).reduce((sum, count) => sum + count, 0);
  const faults = tally(frames.faults);
  const refused = tally(bundles.refused);
  const deviations = tally(bundles.deviations);
  const reports = tally(bundles.statusReports);
  const pss = memory.pssMbPerProcess;
  const { timerLagMs, missedDeadlines } = fidelity;
  return [
    [
      'links',
      `${number(links.secured)} of ${number(links.expected)} secured` +
        (providers.length === 0 ? '' : ` (${providers.join(', ')})`) +
        (bootMs === null ? '' : `, mesh complete ${(bootMs / 1_000).toFixed(1)} s after launch`),
    ],
    ...securityFacts(report.security),
    [
      'bundles',
      `${number(bundles.accepted)} accepted = ${number(bundles.delivered)} delivered` +
        part(bundles.expired, 'expired') +
        part(deleted, 'deleted') +
        part(bundles.stored, 'stored') +
        part(bundles.inFlight, 'in flight'),
    ],
    ...faultFacts(report.faults),
    ...booksFacts(bundles.books),
    ...(reports === '' ? [] : [['reports', reports] as [string, string]]),
    ...(refused === '' ? [] : [['refused', refused] as [string, string]]),
    ...(deviations === '' ? [] : [['deviated', deviations] as [string, string]]),
    [
      'frames',
      `${number(frames.sent)} sent, ${number(frames.received)} received` +
        part(frames.correctedSymbols, 'octets corrected'),
    ],
    ...ltpFacts(report.ltp),
    ['faults', faults === '' ? 'none' : faults],
    ...(pss === null
      ? []
      : [
          ['memory', `${pss.p50.toFixed(1)} MB a process, ${pss.max.toFixed(1)} MB at most`] as [
            string,
            string,
          ],
        ]),
    [
      'timers',
      `${timerLagMs.p50.toFixed(2)} ms late (p50), ${timerLagMs.p99.toFixed(2)} ms (p99), ` +
        `${number(missedDeadlines)} deadlines missed`,
    ],
    [
      'machine',
      `${machine.cpus} CPUs, ${number(Math.round(machine.memoryMb))} MB, ` +
        `Node ${report.nodeVersion}, commit ${report.commit.slice(0, 12)}`,
    ],
  ];
}

/** Which bundles nodes entered, every fragment and copy among them, and what became of these. */
function booksFacts(books: NodeLedgers): [string, string][] {
  const { accepted, delivered, forwarded, expired, fragmented, copied, reassembled, stored } =
    books;
  const deleted = Object.values(books.deleted).reduce((sum, count) => sum + count, 0);
  const ends =
    part(forwarded, 'forwarded') +
    part(expired, 'expired') +
    part(deleted, 'deleted') +
    part(stored, 'stored');
  const successions =
    part(fragmented, 'cut') + part(copied, 'copied') + part(reassembled, 'joined');
  return [
    ['books', `${number(accepted)} entered at nodes = ${number(delivered)} delivered${ends}`],
    ...(successions === '' ? [] : [['', successions.trimStart()] as [string, string]]),
  ];
}

function securityFacts(security: SecurityReport): [string, string][] {
  const { suite, sessions, rekeys, handshakesFailed, links, revocations } = security;
  const kinds = Object.entries(links).filter(([, count]) => count > 0);
  const known = revocations.slice(0, REVOKED_SHOWN_MAX).map(({ node, knownAfterMs, unaware }) => {
    if (knownAfterMs === null) return `${node}, unknown to ${counted(unaware, 'node')}`;
    return `${node}, known to all others after ${(knownAfterMs / 1_000).toFixed(3)} s`;
  });
  const hidden = revocations.length - known.length;
  if (hidden > 0) known.push(`… and ${number(hidden)} more in report.json`);
  const counts = [
    ...kinds.map(([kind, count]) => `${counted(count, 'link')} by ${kind}`),
    ...(suite === 'classical' ? [] : [`${suite} suite`]),
    counted(sessions, 'session'),
    counted(rekeys, 'rekey'),
    ...(handshakesFailed === 0 ? [] : [`${counted(handshakesFailed, 'handshake')} failed`]),
  ];
  return [
    ['security', counts.join(', ')],
    ...bundleSecurityFacts(security.bundles),
    ...known.map((line): [string, string] => ['revoked', line]),
  ];
}

function bundleSecurityFacts(bundles: SecurityReport['bundles']): [string, string][] {
  const { secured, verified, accepted, failed } = bundles;
  const failures = tally(failed);
  if (secured + verified + accepted === 0 && failures === '') return [];
  const counts = `${number(secured)} secured, ${number(verified)} verified, ${number(accepted)}`;
  return [['bpsec', `${counts} accepted${failures === '' ? '' : `, failed: ${failures}`}`]];
}

function faultFacts(faults: FaultReport): [string, string][] {
  const { kills, returns, recordsSetAside, receivedAgain, unreceived } = faults;
  if (kills + recordsSetAside + receivedAgain === 0) return [];
  const counts = [
    `${counted(kills, 'node')} killed, ${number(returns)} back`,
    `${number(receivedAgain)} bundles received again`,
    ...(unreceived === 0 ? [] : [`${number(unreceived)} cut short in delivery`]),
    ...(recordsSetAside === 0 ? [] : [`${counted(recordsSetAside, 'record')} set aside`]),
  ];
  return [['kills', counts.join(', ')]];
}

function ltpFacts(ltp: Report['ltp']): [string, string][] {
  if (ltp === null) return [];
  const { bundlesSent, blocksSent, segmentsSent, repeatedSegments, cancelled } = ltp;
  const reasons = tally(cancelled);
  const blocks = `${counted(bundlesSent, 'bundle')} in ${counted(blocksSent, 'block')}`;
  const segments = `${counted(segmentsSent, 'segment')}, ${number(repeatedSegments)} of them again`;
  const fact: [string, string] = ['ltp', `${blocks}, ${segments}`];
  return reasons === '' ? [fact] : [fact, ['', `sessions cancelled: ${reasons}`]];
}

function flowTable(flows: readonly FlowReport[]): string {
  const table = new Table({
    head: HEAD,
    colAligns: ['left', 'left', ...HEAD.slice(2).map(() => 'right' as const)],
    style: { head: [], border: [], 'padding-left': 2, 'padding-right': 0 },
    chars: RULED,
  });
  for (const flow of flows.slice(0, FLOWS_SHOWN_MAX)) {
    const { latencyMs, propagationMs, overheadMs } = flow;
    table.push([
      shorten(`${flow.from} → ${flow.to}${flow.members === 1 ? '' : ` ×${flow.members}`}`),
      flow.class,
      number(flow.sent),
      number(flow.delivered),
      flow.hops,
      ...[propagationMs.p50, latencyMs.p50, latencyMs.p99].map((ms) => ms.toFixed(1)),
      ...[overheadMs.p50, overheadMs.p99].map((ms) => ms.toFixed(2)),
    ]);
  }
  const hidden = flows.length - FLOWS_SHOWN_MAX;
  const lines = table.toString().split('\n');
  if (hidden > 0) lines.push(`  … and ${number(hidden)} more flows in report.json`);
  return lines.map((line) => line.trimEnd()).join('\n');
}

function casualtyLines({ nodes, exitCode, signal, lastWords }: Casualty, paint: Paint): string[] {
  const end = signal === null ? `exit code ${exitCode}` : signal;
  const words = lastWords.trim().split('\n').slice(-LAST_WORDS_LINES_MAX);
  return [
    paint('red', `  ✘ the process of ${formatNames(nodes)} died: ${end}`),
    ...words.filter((line) => line !== '').map((line) => `      ${line.slice(0, COLUMNS_MAX - 6)}`),
  ];
}

function objectiveLines({ objectives }: Report, paint: Paint): string[] {
  if (objectives.length === 0) return [];
  const width = Math.max(...objectives.map(({ text }) => text.length));
  return [
    ...objectives.map(({ text, held, value }) => {
      const mark = held ? paint('green', '✔') : paint('red', '✘');
      return `  ${mark} ${text.padEnd(width)}   ${value}`;
    }),
    '',
  ];
}

/** The counts of a record that are not zero, most first. */
function tally(counts: Readonly<Record<string, number>>): string {
  const shown = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a);
  const some = shown.slice(0, TALLY_SHOWN_MAX).map(([key, count]) => `${key} ${number(count)}`);
  return [...some, ...(shown.length > TALLY_SHOWN_MAX ? ['…'] : [])].join(', ');
}

function shorten(name: string): string {
  return name.length > NAME_MAX ? `${name.slice(0, NAME_MAX - 1)}…` : name;
}

function part(count: number, fate: string): string {
  return count === 0 ? '' : ` + ${number(count)} ${fate}`;
}

function counted(count: number, what: string): string {
  return `${number(count)} ${what}${count === 1 ? '' : 's'}`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}

const VERDICT: Readonly<Record<Report['verdict'], (paint: Paint) => string>> = {
  pass: (paint) => paint('green', 'PASS: every objective held'),
  fail: (paint) => paint('red', 'FAIL: not every objective held, or a process died'),
  stopped: (paint) => paint('yellow', 'STOPPED: ended before its time'),
};

const HEAD = [
  '\nflow',
  '\nclass',
  '\nsent',
  '\narrived',
  '\nhops',
  'light\nms',
  'latency\np50 ms',
  'latency\np99 ms',
  'added\np50 ms',
  'added\np99 ms',
];
/** A rule above and below, no boxes. */
const RULED = {
  ...Object.fromEntries(
    ['', '-left', '-mid', '-right'].flatMap((part) =>
      ['top', 'mid', 'bottom', 'left', 'right'].map((row) => [row + part, '']),
    ),
  ),
  middle: '',
  top: '─',
  bottom: '─',
};
const COLUMNS_MAX = 100;
const FLOWS_SHOWN_MAX = 30;
const NAME_MAX = 22;
const NAMES_SHOWN_MAX = 3;
const LAST_WORDS_LINES_MAX = 5;
const TALLY_SHOWN_MAX = 4;
const REVOKED_SHOWN_MAX = 3;
