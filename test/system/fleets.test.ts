/** Every kind of fleet forms a small mesh, secures it and delivers everything. */
import { describe, expect, it, vi } from 'vitest';
import { EtherPort } from '#harness/fleet/ether.ts';
import type { Report } from '#harness/report/report.ts';
import type { FleetKind } from '#harness/scenario/scenario.ts';
import { runQuietly, smallMesh } from './small-mesh.ts';

describe('a small mesh', () => {
  it.each<[FleetKind, number]>([
    ['processes', 4],
    ['hosted', 2],
    ['virtual', 1],
  ])('secures its links and delivers everything as fleet %s', async (fleet, processes) => {
    const report = await runQuietly(smallMesh(fleet, 5));
    expect(report.processes).toBe(processes);
    expect(report.links).toMatchObject({ expected: 3, secured: 3 });
    expect(report.casualties).toEqual([]);
    expectEverythingDelivered(report);
    expect(report.verdict).toBe('pass');
  });

  it.each<FleetKind>(['virtual', 'hosted'])(
    'delivers everything in coded frames of fixed length as fleet %s',
    async (fleet) => {
      const report = await runQuietly(smallMesh(fleet, 5, CODED));
      expect(report.links).toMatchObject({ expected: 3, secured: 3 });
      expectEverythingDelivered(report);
      expect(report.frames.correctedSymbols).toBe(0);
    },
  );

  it('delivers everything over a wire that spoils as many octets as the code corrects', async () => {
    let spoilt = 0;
    const { deliver } = EtherPort.prototype;
    const wire = vi.spyOn(EtherPort.prototype, 'deliver');
    wire.mockImplementation(function (this: EtherPort, datagram) {
      // Sixteen octets of each of two codewords, behind the marker, spread over the block.
      for (let n = 0; n < 32; n++) datagram[4 + 14 * n + (n & 1)]! ^= 1 + n;
      spoilt += 32;
      deliver.call(this, datagram);
    });
    const report = await runQuietly(smallMesh('virtual', 5, CODED)).finally(() =>
      wire.mockRestore(),
    );
    expectEverythingDelivered(report);
    expect(report.frames.faults).toEqual({});
    expect(report.frames.correctedSymbols).toBe(spoilt);
    expect(spoilt).toBeGreaterThan(1_000);
  });

  it('gives the same digest for the same seed, and another for another', async () => {
    const digests: unknown[] = [];
    for (const seed of [1, 1, 2]) {
      digests.push((await runQuietly(smallMesh('virtual', 5), { seed })).digest);
    }
    expect(digests[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(digests[1]).toBe(digests[0]);
    expect(digests[2]).not.toBe(digests[0]);
  });
});

const CODED = `
link:
  frameSize: 446 B
  frames: fixed
  bulkShare: 0.1
  coding: { code: rs-255-223, interleave: 2, randomizer: long }
`;

function expectEverythingDelivered(report: Report): void {
  const { accepted, delivered, stored, inFlight } = report.bundles;
  expect({ delivered, stored, inFlight }).toEqual({ delivered: accepted, stored: 0, inFlight: 0 });
  expect(report.flows).toHaveLength(3);
  for (const { sent, delivered: arrived, hops, latencyMs, propagationMs } of report.flows) {
    expect(sent).toBeGreaterThanOrEqual(10);
    expect(arrived).toBe(sent);
    expect(hops).toBeGreaterThanOrEqual(1);
    // 15° apart at 780 km: 1,868 km, 6.2 ms of light a hop.
    expect(propagationMs.p50 / hops).toBeGreaterThan(6);
    expect(propagationMs.p50 / hops).toBeLessThan(6.5);
    expect(latencyMs.p50).toBeGreaterThanOrEqual(propagationMs.p50);
  }
}
