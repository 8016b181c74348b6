import { describe, expect, it } from 'vitest';
import { type HalfOpenPlace, HalfOpenPlaces } from '#protocol/session/half-open.ts';

describe('the places for half-open handshakes (LS-712)', () => {
  it('are sixteen at a port, and the oldest gives way to the next', () => {
    const { places, enter, gone } = open();
    for (let count = 0; count < 16; count++) {
      expect(places.full('isl-0')).toBe(false);
      enter(`${count}`, 'isl-0', true);
    }
    expect(places.full('isl-0')).toBe(true);
    expect(places.full('isl-1')).toBe(false);
    enter('late', 'isl-0', true);
    expect(gone).toEqual(['0']);
    expect(places.full('isl-0')).toBe(true);
  });

  it('are given up first by those that came without a cookie', () => {
    const { enter, gone } = open();
    for (let count = 0; count < 16; count++) enter(`${count}`, 'isl-0', count !== 9);
    enter('other port', 'isl-1', false);
    enter('late', 'isl-0', true);
    enter('later', 'isl-0', true);
    expect(gone).toEqual(['9', '0']);
  });

  it('are 128 at a node, wherever the oldest is', () => {
    const { places, enter, gone } = open();
    for (let count = 0; count < 128; count++) enter(`${count}`, `isl-${count % 16}`, true);
    expect(places.full('isl-99')).toBe(true);
    enter('late', 'isl-99', true);
    expect(gone).toEqual(['0']);
  });

  it('are free again when left', () => {
    const { places, enter } = open();
    const entered = Array.from({ length: 16 }, (_, count) => enter(`${count}`, 'isl-0', true));
    places.leave(entered[3]!);
    places.leave(entered[3]!);
    expect(places.full('isl-0')).toBe(false);
  });
});

function open() {
  const places = new HalfOpenPlaces();
  const gone: string[] = [];
  const enter = (name: string, portName: string, vouched: boolean): HalfOpenPlace => {
    const giveWay = () => {
      gone.push(name);
      places.leave(place);
    };
    const place = { portName, vouched, giveWay };
    places.enter(place);
    return place;
  };
  return { places, enter, gone };
}
