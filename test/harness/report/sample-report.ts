/** A report with something in every field. */
import type { FlowReport, Report } from '#harness/report/report.ts';

export const FLOW: FlowReport = {
  from: 'london',
  to: 'new-york',
  class: 'expedited',
  sent: 1_240,
  delivered: 1_239,
  hops: 7,
  latencyMs: { p50: 142.12345, p95: 150, p99: 155.5, max: 160 },
  propagationMs: { p50: 141.2 },
  overheadMs: { p50: 1.12, p95: 2, p99: 13.4 },
};

export const REPORT: Report = {
  scenario: 'walker-66',
  fleet: 'processes',
  seed: 66,
  commit: '0123456789ab',
  nodeVersion: 'v20.20.2',
  machine: { cpus: 2, memoryMb: 7_951 },
  satellites: 66,
  groundStations: 8,
  processes: 74,
  bootMs: 8_412.4,
  links: { expected: 129, secured: 129, byCryptoProvider: { native: 129 } },
  security: {
    suite: 'classical',
    sessions: 131,
    rekeys: 129,
    handshakesFailed: 0,
    refusals: { mac1: 2 },
    links: { 'authenticated handshake': 129, 'pre-shared key': 0 },
    revocations: [],
  },
  bundles: {
    accepted: 13_120,
    delivered: 13_118,
    expired: 0,
    deleted: { 'hop-limit-exceeded': 1 },
    stored: 1,
    inFlight: 0,
    refused: {},
    deviations: {},
  },
  faults: { kills: 0, returns: 0, recordsSetAside: 0, receivedAgain: 0, unreceived: 0 },
  flows: [FLOW],
  frames: {
    sent: 98_213,
    received: 98_212,
    correctedSymbols: 0,
    faults: { 'link.no-contact': 3, 'sdls.replay': 0 },
  },
  memory: { pssMbPerProcess: { p50: 14.11, max: 15 } },
  fidelity: { timerLagMs: { p50: 0.21, p99: 1.1 }, missedDeadlines: 0, transitMs: 0.2 },
  objectives: [
    { text: 'all links secured within 20 s', held: true, value: '8.4 s' },
    { text: 'delivered ratio at least 1', held: false, value: '0.999 (13118 of 13120)' },
  ],
  casualties: [],
  verdict: 'fail',
};
