import { describe, expect, it } from 'vitest';
import { SecurityCensus } from '#harness/report/security-census.ts';
import type { SatelliteSnapshot } from '#node/satellite.ts';

describe('the census of keys', () => {
  it('counts each session and rekey once, though both ends tell of it', () => {
    const census = new SecurityCensus(NODES);
    census.notice(1, secured(2));
    census.notice(2, secured(1));
    census.notice(2, { ...secured(1), kind: 'link-rekeyed' });
    census.notice(1, { ...secured(2), kind: 'link-rekeyed' });
    census.notice(3, secured(2));
    census.notice(1, { ...secured(3), keying: 'pre-shared key' });
    expect(census.summary(new Map())).toMatchObject({ sessions: 1, rekeys: 1 });
  });

  it('tells links by handshake from those by a pre-shared key (LS-1804)', () => {
    const snapshots = new Map([
      [1, snapshot([link(2, 'handshake'), link(3, 'pre-shared key')])],
      [2, snapshot([link(1, 'handshake'), link(3, 'handshake')])],
      [3, snapshot([link(1, 'pre-shared key')])],
    ]);
    expect(new SecurityCensus(NODES).summary(snapshots).links).toEqual({
      'authenticated handshake': 2,
      'pre-shared key': 1,
    });
  });

  it('adds up failures and refusals by reason, those of the session room alone', () => {
    const snapshots = new Map([
      [1, snapshot([link(2, 'handshake', 2)], { 'session.mac1': 1, 'link.no-contact': 9 })],
      [2, snapshot([link(1, 'handshake', 1)], { 'session.mac1': 2, 'session.revoked': 4 })],
    ]);
    expect(new SecurityCensus(NODES).summary(snapshots)).toMatchObject({
      handshakesFailed: 3,
      refusals: { mac1: 3, revoked: 4 },
    });
  });

  it('adds up what was done for the security of bundles', () => {
    const one = { ...snapshot([]), bundleSecurity: counts(3, 0, 1, { 'bpsec.mac': 2 }) };
    const other = { ...snapshot([]), bundleSecurity: counts(1, 4, 2, { 'bpsec.mac': 1 }) };
    const snapshots = new Map([
      [1, one],
      [2, other],
    ]);
    expect(new SecurityCensus(NODES).summary(snapshots).bundles).toEqual(
      counts(4, 4, 3, { 'bpsec.mac': 3 }),
    );
  });

  it('knows when the last node has learned of a revocation', () => {
    const census = new SecurityCensus(NODES);
    census.handed({ ...HANDED, serial: 2 }, 1_000_000);
    census.notice(1, adopted(2, 1_000_100));
    expect(census.revocations()).toMatchObject([{ unaware: 1, knownAfterMs: null }]);
    census.notice(2, adopted(2, 1_500_000));
    // Who is revoked may learn of it too, at any time.
    census.notice(3, adopted(2, 9_000_000));
    expect(census.revocations()).toEqual([
      { node: 'c', from: 'a', serial: 2, atMs: 1_000, unaware: 0, knownAfterMs: 500 },
    ]);
  });

  it('takes a later statement for the news of an earlier one, but not the reverse', () => {
    const census = new SecurityCensus(NODES);
    census.handed({ ...HANDED, serial: 2 }, 1_000_000);
    census.handed({ ...HANDED, revoked: 2, serial: 3 }, 2_000_000);
    census.notice(1, adopted(2, 2_000_000));
    expect(census.revocations().map(({ unaware }) => unaware)).toEqual([1, 1]);
    census.notice(1, adopted(3, 3_000_000));
    expect(census.revocations().map(({ unaware }) => unaware)).toEqual([1, 0]);
    census.notice(2, adopted(3, 4_000_000));
    const known = census.revocations().map(({ knownAfterMs }) => knownAfterMs);
    expect(known).toEqual([3_000, 1_000]);
  });
});

const NODES = [
  { name: 'a', node: 1 },
  { name: 'b', node: 2 },
  { name: 'c', node: 3 },
];
const HANDED = { to: 1, revoked: 3, octets: new Uint8Array(0) };

function secured(neighbour: number) {
  return { kind: 'link-secured', at: 0, neighbour, terminal: 0, provider: 'native' } as const;
}

function adopted(serial: number, at: number) {
  return { kind: 'statement-adopted', at, epoch: 1, serial } as const;
}

function link(neighbour: number, keying: string, failures = 0) {
  const failed = failures === 0 ? {} : { 'hello.no-reply': failures - 1, 'rekey.no-reply': 1 };
  return { neighbour, keying, failed };
}

function snapshot(
  links: readonly ReturnType<typeof link>[],
  faults: Record<string, number> = {},
): SatelliteSnapshot {
  const bundleSecurity = counts(0, 0, 0, {});
  return { links, frames: { faults }, bundleSecurity } as unknown as SatelliteSnapshot;
}

function counts(
  secured: number,
  verified: number,
  accepted: number,
  failed: Record<string, number>,
) {
  return { secured, verified, accepted, failed };
}
