import { describe, expect, it } from 'vitest';
import type { NodeConfig } from '#node/config.ts';
import type { SendRequest } from '#protocol/agent/contract.ts';
import { type Eid, ipnEid, parseEid } from '#protocol/bundle/eid.ts';
import { MICROSECONDS_PER_S as SECONDS } from '#protocol/machine.ts';
import { SmallSky } from '../simulation/small-sky.ts';

const CONTACT = { a: 101, b: 102, startsAt: 0, endsAt: 60 * SECONDS, terminals: [0, 1] } as const;

describe('the bundle options of a node', () => {
  it('reach its agent: bundles larger than links take go in fragments, and arrive whole', () => {
    const sky = skyWith({ fragmentOctetsMax: 1_024 });
    send(sky, 5_000);
    expect(sky.kinds(101)).toContain('bundle-fragmented');
    const services = sky.satellite(102).snapshot().services;
    expect(services['9']).toEqual({ received: 1, receivedOctets: 5_000 });
  });

  it('reach its agent: reports come only from nodes that are told to send them', () => {
    for (const statusReports of [false, true]) {
      const sky = skyWith({ statusReports });
      send(sky, 10);
      const kinds = sky.kinds(101).filter((kind) => kind === 'status-report');
      expect(kinds).toHaveLength(statusReports ? 1 : 0);
    }
  });

  it('reach its agent: endpoints of other schemes and allocators are its own', () => {
    for (const endpoint of ['dtn://sink/in', 'ipn:977000.100.1']) {
      const sky = skyWith({ endpoints: [{ endpoint, service: 9 }] });
      send(sky, 10, parseEid(endpoint) as Eid, 102);
      expect(sky.satellite(102).snapshot().services['9']?.received).toBe(1);
    }
  });

  it('reach its agent: without a clock no number comes back in another life of the node', () => {
    const sky = skyWith({ clockless: true });
    send(sky, 10);
    sky.restart(101);
    send(sky, 10);
    const ids = sky.notices.flatMap((notice) =>
      notice.kind === 'bundle-delivered' && notice.node === 102 ? [notice.id] : [],
    );
    expect(ids).toEqual([`ipn:101.1000-0-${2 ** 32}`, `ipn:101.1000-0-${2 * 2 ** 32}`]);
  });

  it('reach its agent: without a clock the wait for a slow line counts as age', () => {
    const sky = skyWith({ clockless: true }, 20_000);
    sky.time.advanceTo(3 * SECONDS);
    // Each takes the line for half a second, and is of use for four.
    for (let n = 0; n < 20; n++) sky.satellite(101).send({ ...request(1_250), lifetimeMs: 4_000 });
    sky.time.advanceTo(30 * SECONDS);
    const at = sky.notices.flatMap((notice) =>
      notice.kind === 'bundle-delivered' && notice.node === 102 ? [notice.at / SECONDS] : [],
    );
    expect(at.length).toBeGreaterThan(5);
    expect(Math.max(...at)).toBeLessThan(3 + 4 + 1);
    expect(sky.kinds(102)).toContain('bundle-expired');
  });
});

function skyWith(bundles: NonNullable<NodeConfig['bundles']>, rateBps = 10_000_000): SmallSky {
  const configs = { 101: { bundles }, 102: { bundles } };
  const services = { 101: { sink: true }, 102: { sink: true } };
  const meetings = [CONTACT];
  return new SmallSky({ nodes: [101, 102], meetings, configs, services, rateBps });
}

/** Sends to the sink of 102, and lets it arrive. */
function send(sky: SmallSky, sizeOctets: number, destination: Eid = ipnEid(102, 9), from = 101) {
  sky.satellite(from).send({ ...request(sizeOctets), destination });
  sky.time.advanceTo(sky.time.now + 5 * SECONDS);
}

function request(sizeOctets: number): SendRequest {
  return {
    adu: new Uint8Array(sizeOctets),
    destination: ipnEid(102, 9),
    sourceService: 1_000,
    lifetimeMs: 60_000,
    trafficClass: 1,
    reports: { delivery: true },
  };
}
