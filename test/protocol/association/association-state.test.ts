import { describe, expect, it } from 'vitest';
import {
  type AssociationEvent,
  type AssociationState,
  stateAfter,
} from '#protocol/association/association-state.ts';

const EVENTS: AssociationEvent[] = ['key', 'start', 'stop', 'expire', 'end'];

describe('the life of an association', () => {
  it.each<[AssociationState, (AssociationState | undefined)[]]>([
    ['unkeyed', ['keyed', undefined, undefined, undefined, 'stopped']],
    ['keyed', [undefined, 'operational', undefined, 'unkeyed', 'stopped']],
    ['operational', [undefined, undefined, 'keyed', undefined, 'stopped']],
    ['stopped', [undefined, undefined, undefined, undefined, undefined]],
  ])('goes on from %s as the figure says', (state, after) => {
    expect(EVENTS.map((event) => stateAfter(state, event))).toEqual(after);
  });
});
