import { describe, expect, it } from 'vitest';
import { ContactFollower } from '#node/contact-follower.ts';
import { InvariantError } from '#protocol/assert.ts';
import type { Contact, Range } from '#protocol/routing/contact-plan.ts';

describe('ContactFollower', () => {
  it('begins and ends the contacts that start at its node, and no others', () => {
    const follower = follow([contact(1, 2, 10, 20), contact(2, 1, 10, 20), contact(2, 3, 10, 20)]);
    expect(turns(follower, [0, 10, 15, 20, 30])).toEqual([
      [],
      ['begin 2 at 10'],
      [],
      ['end 2 at 10'],
      [],
    ]);
  });

  it('asks to be woken for the next edge', () => {
    const follower = follow([contact(1, 2, 10, 40), contact(1, 3, 20, 30, 1)]);
    const edges = [0, 10, 20, 30, 40].map((now) => {
      turns(follower, [now]);
      return follower.deadline()?.at;
    });
    expect(edges).toEqual([10, 20, 30, 40, undefined]);
  });

  it('ends one contact before it begins the next on the same terminal', () => {
    const follower = follow([contact(1, 2, 0, 10), contact(1, 3, 10, 20)]);
    expect(turns(follower, [0, 10])).toEqual([['begin 2 at 0'], ['end 2 at 0', 'begin 3 at 10']]);
  });

  it('joins a contact in progress and skips those that are over', () => {
    const follower = follow([contact(1, 2, 0, 10), contact(1, 3, 10, 20)]);
    expect(turns(follower, [15, 20])).toEqual([['begin 3 at 10'], ['end 3 at 10']]);
  });

  it('ends several contacts of one instant', () => {
    const follower = follow([contact(1, 2, 0, 10), contact(1, 3, 0, 10, 1)]);
    turns(follower, [0]);
    expect(turns(follower, [10])[0]?.sort()).toEqual(['end 2 at 0', 'end 3 at 0']);
  });

  it('gives twice the longest light time of the contact', () => {
    const follower = follow(
      [contact(1, 2, 10, 30)],
      [range(1, 2, 0, 10, 900), range(1, 2, 10, 20, 300), range(1, 2, 20, 30, 500)],
    );
    follower.tick(10);
    expect(follower.poll()).toMatchObject({ kind: 'begin', roundTripUs: 1_000 });
  });

  it('uses neither the ranges of other pairs nor those of later contacts', () => {
    const follower = follow(
      [contact(1, 2, 10, 30)],
      [range(1, 3, 0, 50, 900), range(2, 3, 0, 50, 800), range(1, 2, 30, 40, 700)],
    );
    follower.tick(10);
    expect(follower.poll()).toMatchObject({ roundTripUs: 0 });
  });

  it('finds its ranges from either end', () => {
    const contacts = [contact(2, 1, 0, 10)];
    const follower = new ContactFollower({ contacts, ranges: [range(1, 2, 0, 10, 4)] }, 2);
    follower.tick(0);
    expect(follower.poll()).toMatchObject({ roundTripUs: 8 });
  });

  it('takes two contacts at once on one terminal for our own mistake', () => {
    const follower = follow([contact(1, 2, 0, 10), contact(1, 3, 5, 15)]);
    follower.tick(0);
    expect(() => follower.tick(5)).toThrow(InvariantError);
  });
});

function follow(contacts: Contact[], ranges: Range[] = []): ContactFollower {
  return new ContactFollower({ contacts, ranges }, 1);
}

/** What comes out at each instant. */
function turns(follower: ContactFollower, instants: number[]): string[][] {
  return instants.map((now) => {
    follower.tick(now);
    const told: string[] = [];
    for (let output = follower.poll(); output !== undefined; output = follower.poll()) {
      told.push(`${output.kind} ${output.contact.to} at ${output.contact.startsAt}`);
    }
    return told;
  });
}

function contact(
  from: number,
  to: number,
  startsAt: number,
  endsAt: number,
  fromTerminal = 0,
): Contact {
  return { from, to, startsAt, endsAt, rateBps: 1_000_000, fromTerminal, toTerminal: 0 };
}

function range(a: number, b: number, startsAt: number, endsAt: number, owltUs: number): Range {
  return { a, b, startsAt, endsAt, owltUs };
}
