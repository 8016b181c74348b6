import { expect, it } from 'vitest';
import { Neighbours } from '#node/neighbours.ts';
import { SessionAssociations } from '#node/session-associations.ts';
import type { Link } from '#protocol/link/link.ts';

it('associations of sessions are known by their last transition, and end when ground says so', () => {
  const ended: number[] = [];
  const associations = [
    { direction: 'sending', spi: 300, state: 'operational' },
    { direction: 'receiving', spi: 400, state: 'operational' },
    { direction: 'receiving', spi: 401, state: 'unkeyed' },
    { direction: 'receiving', spi: 402, state: 'stopped' },
  ];
  const neighbours = new Neighbours();
  const session = {
    snapshot: () => ({ associations }),
    endSession: (_now: number, spi: number) => ended.push(spi),
  } as unknown as Link;
  neighbours.meet(102, 1, () => session);
  const sessions = new SessionAssociations(neighbours);
  const transitions = [300, 400, 401, 402, 403].map((spi) => sessions.transition(spi));
  expect(transitions).toEqual([undefined, 11, 1, undefined, undefined]);
  sessions.end(7, 400);
  expect(ended).toEqual([400]);
});
