import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { formatReport } from '#harness/report/table.ts';
import { FLOW, REPORT } from './sample-report.ts';

describe('the report for people', () => {
  it('says everything in plain words', () => {
    expect(formatReport(REPORT, false).split('\n')).toMatchInlineSnapshot(`
      [
        "walker-66: 66 satellites, 8 ground stations, 74 processes, seed 66",
        "",
        "  links    129 of 129 secured (native 129), mesh complete 8.4 s after launch",
        "  security 129 links by authenticated handshake, 131 sessions, 129 rekeys",
        "  bundles  13,120 accepted = 13,118 delivered + 1 deleted + 1 stored",
        "  books    104,960 entered at nodes = 13,118 delivered + 91,840 forwarded + 1 deleted + 1 stored",
        "  reports  delivered 3, deleted 1",
        "  frames   98,213 sent, 98,212 received",
        "  ltp      26,240 bundles in 26,000 blocks, 80,001 segments, 101 of them again",
        "           sessions cancelled: system 1",
        "  faults   link.no-contact 3",
        "  memory   14.1 MB a process, 15.0 MB at most",
        "  timers   0.21 ms late (p50), 1.10 ms (p99), 0 deadlines missed",
        "  machine  2 CPUs, 7,951 MB, Node v20.20.2, commit 0123456789ab",
        "",
        "─────────────────────────────────────────────────────────────────────────────────────────────",
        "                                                      light  latency  latency   added   added",
        "  flow               class       sent  arrived  hops     ms   p50 ms   p99 ms  p50 ms  p99 ms",
        "  london → new-york  expedited  1,240    1,239     7  141.2    142.1    155.5    1.12   13.40",
        "─────────────────────────────────────────────────────────────────────────────────────────────",
        "",
        "  ✔ all links secured within 20 s   8.4 s",
        "  ✘ delivered ratio at least 1      0.999 (13118 of 13120)",
        "",
        "FAIL: not every objective held, or a process died",
      ]
    `);
  });

  it('is no wider than 100 columns, whatever the names and figures', () => {
    const big = { ...FLOW, from: 'x'.repeat(40), sent: 999_999, delivered: 999_999, hops: 12 };
    const latencyMs = { p50: 9_999, p95: 9_999, p99: 9_999, max: 9_999 };
    const faults = Object.fromEntries(
      Array.from({ length: 40 }, (_, at) => [`layer.fault-${at}`, at + 1]),
    );
    const lastWords = `${'y'.repeat(500)}\n`.repeat(50);
    const report = {
      ...REPORT,
      flows: [{ ...big, latencyMs }],
      frames: { ...REPORT.frames, faults },
      casualties: [{ nodes: new Array(30).fill('p1s01'), exitCode: 1, signal: null, lastWords }],
    };
    const lines = formatReport(report, false).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(lines.length).toBeLessThan(40);
  });

  it('is the same text with colour as without', () => {
    const coloured = formatReport(REPORT, true);
    expect(coloured).toContain('\u001b[');
    expect(stripVTControlCharacters(coloured)).toBe(formatReport(REPORT, false));
  });

  it('tells who was killed, and what came of it for services and stores', () => {
    const faults = { kills: 25, returns: 24, recordsSetAside: 1, receivedAgain: 0, unreceived: 2 };
    expect(formatReport({ ...REPORT, faults }, false)).toContain(
      'kills    25 nodes killed, 24 back, 0 bundles received again, ' +
        '2 cut short in delivery, 1 record set aside\n',
    );
    expect(formatReport(REPORT, false)).not.toContain('kills');
  });

  it('tells what stands for other bundles in the books, and how many members a group has', () => {
    const { bundles } = REPORT;
    const books = { ...bundles.books, fragmented: 3, copied: 4, reassembled: 12_000 };
    const flows = [{ ...FLOW, to: 'watch', members: 5 }];
    const text = formatReport({ ...REPORT, bundles: { ...bundles, books }, flows }, false);
    expect(text).toContain('\n           + 3 cut + 4 copied + 12,000 joined\n');
    expect(text).toContain('london → watch ×5');
  });

  it('shows thirty flows and says how many more there are', () => {
    const text = formatReport({ ...REPORT, flows: new Array(33).fill(FLOW) }, false);
    expect(text.split('london → new-york')).toHaveLength(31);
    expect(text).toContain('… and 3 more flows in report.json');
  });

  it('never calls a pre-shared key a handshake (LS-1804)', () => {
    const links = { 'authenticated handshake': 0, 'pre-shared key': 2 };
    const security = { ...REPORT.security, links, sessions: 0, rekeys: 0, handshakesFailed: 3 };
    const text = formatReport({ ...REPORT, security }, false);
    expect(text).toContain(
      'security 2 links by pre-shared key, 0 sessions, 0 rekeys, 3 handshakes',
    );
    expect(text).not.toContain('authenticated handshake');
  });

  it('names the suite where it is another, and counts one of a kind as one', () => {
    const links = { 'authenticated handshake': 1, 'pre-shared key': 0 };
    const counts = { suite: 'hybrid', sessions: 1, rekeys: 1 } as const;
    const security = { ...REPORT.security, ...counts, links };
    expect(formatReport({ ...REPORT, security }, false)).toContain(
      'security 1 link by authenticated handshake, hybrid suite, 1 session, 1 rekey\n',
    );
  });

  it('tells of the security of bundles only where there was any', () => {
    const failed = { 'crypto.tag': 2, 'bpsec.mac': 3 };
    const bundles = { secured: 1_200, verified: 30, accepted: 1_195, failed };
    const text = formatReport({ ...REPORT, security: { ...REPORT.security, bundles } }, false);
    expect(text).toContain(
      '  bpsec    1,200 secured, 30 verified, 1,195 accepted, failed: bpsec.mac 3, crypto.tag 2\n',
    );
    expect(formatReport(REPORT, false)).not.toContain('bpsec');
  });

  it('says how far a revocation has come', () => {
    const revocation = { node: 'p2s03', from: 'p1s01', serial: 2, atMs: 30_000 };
    const known = { ...revocation, unaware: 0, knownAfterMs: 1_234.5 };
    const unknown = { ...revocation, node: 'p1s02', unaware: 4, knownAfterMs: null };
    const revocations = [known, unknown, known, known];
    const security = { ...REPORT.security, revocations };
    const text = formatReport({ ...REPORT, security }, false);
    expect(text).toContain('  revoked  p2s03, known to all others after 1.234 s\n');
    expect(text).toContain('  revoked  p1s02, unknown to 4 nodes\n');
    expect(text).toContain('  revoked  … and 1 more in report.json\n');
  });

  it('gives the last words of a process that died', () => {
    const dead = {
      nodes: ['p1s01', 'p1s02', 'p1s03', 'p1s04'],
      exitCode: null,
      signal: 'SIGKILL',
      lastWords: 'boom\n',
    };
    const text = formatReport({ ...REPORT, casualties: [dead] }, false);
    expect(text).toContain(
      '  ✘ the process of p1s01, p1s02, p1s03 and 1 more died: SIGKILL\n      boom\n',
    );
  });

  it('leaves out what is not known', () => {
    const text = formatReport(
      { ...REPORT, bootMs: null, flows: [], memory: { pssMbPerProcess: null }, verdict: 'stopped' },
      false,
    );
    expect(text).not.toContain('memory');
    expect(text).not.toContain('after launch');
    expect(text).not.toContain('latency');
    expect(text).toContain('STOPPED');
  });
});
