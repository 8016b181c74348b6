import { expect, it } from 'vitest';
import { Echo } from '#node/services/echo.ts';
import { type Eid, ipnEid, NULL_EID } from '#protocol/bundle/eid.ts';

it('sends back what came, to its source and in its class', () => {
  const echo = new Echo();
  echo.receive(5, delivery(ipnEid(101, 20)));
  expect(echo.poll()).toEqual({
    adu: Uint8Array.of(1, 2, 3),
    destination: ipnEid(101, 20),
    sourceService: 7,
    lifetimeMs: expect.any(Number),
    trafficClass: 2,
  });
  expect(echo.poll()).toBeUndefined();
  expect(echo.snapshot()).toEqual({ echoed: 1 });
});

it('answers neither an echo nor a source that has no address', () => {
  const echo = new Echo();
  const silent: Eid[] = [ipnEid(102, 7), NULL_EID, ipnEid(0, 0), { scheme: 'dtn', ssp: '//a/b' }];
  for (const source of silent) echo.receive(5, delivery(source));
  expect(echo.poll()).toBeUndefined();
  expect(echo.snapshot()).toEqual({ echoed: 0 });
});

function delivery(source: Eid) {
  return { id: 'x', source, adu: Uint8Array.of(1, 2, 3), trafficClass: 2, hops: 1 } as const;
}
