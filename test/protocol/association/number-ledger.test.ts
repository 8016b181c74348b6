import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  LEDGER_FORM,
  LEDGER_FULL,
  NUMBER_UNRESERVED,
  NUMBER_WIDTH,
} from '#protocol/association/faults.ts';
import type { ReceiveMark, SendCounter } from '#protocol/association/kept-numbers.ts';
import { LEDGER_ENTRIES_MAX, NumberLedger } from '#protocol/association/number-ledger.ts';
import { toHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';

describe('a sending counter', () => {
  it('gives no number before its mark is written', () => {
    const node = new Node();
    expect(node.send()).toBe(NUMBER_UNRESERVED);
    node.write('written');
    expect(node.send()).toBe(1);
  });

  it('reserves 65536 numbers, the next block at half, and so never waits', () => {
    const node = new Node();
    node.write('written');
    let writes = 0;
    for (let number = 1; number <= 200_000; number++) {
      expect(node.send()).toBe(number);
      if (node.write('written')) writes++;
    }
    expect(writes).toBe(3);
  });

  it('goes on from the mark after a restart, however few numbers it had used', () => {
    const node = new Node();
    node.write('written');
    node.send();
    node.restart();
    node.write('written');
    expect(node.send()).toBe(65_537);
  });

  it('stops when nothing can be written, and goes on when it can', () => {
    const node = new Node();
    node.write('written');
    for (let number = 1; number <= 65_536; number++) {
      expect(node.send()).toBe(number);
      node.write('failed');
    }
    expect(node.send()).toBe(NUMBER_UNRESERVED);
    expect(node.write('written')).toBe(false);
    node.ledger.tick();
    expect(node.write('written')).toBe(true);
    expect(node.send()).toBe(65_537);
  });

  it('is granted only what the write under way said', () => {
    const ledger = NumberLedger.decode(undefined) as NumberLedger;
    const early = ledger.counter(keyOf(1), new Uint8Array(12)) as SendCounter;
    ledger.poll();
    const late = ledger.counter(keyOf(2), new Uint8Array(12)) as SendCounter;
    ledger.written();
    expect([early.ready, late.ready]).toEqual([true, false]);
  });

  it('is one for all associations that a key serves in turn', () => {
    const node = new Node();
    node.write('written');
    node.send();
    node.open(0);
    expect(node.send()).toBe(2);
    node.open(100);
    expect(node.send()).toBe(101);
  });

  it('uses no number twice under one key, wherever it is killed', () => {
    const steps = fc.array(
      fc.oneof(
        fc.record({ kind: fc.constant('send' as const), count: fc.integer({ min: 1, max: 9 }) }),
        fc.record({ kind: fc.constant('burst' as const) }),
        fc.record({
          kind: fc.constant('write' as const),
          how: fc.constantFrom('written', 'failed', 'lost', 'durable but never told' as const),
        }),
        fc.record({ kind: fc.constant('tick' as const) }),
        fc.record({ kind: fc.constant('kill' as const) }),
        fc.record({ kind: fc.constant('reopen' as const), last: fc.nat(200_000) }),
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(steps, (run) => {
        const node = new Node();
        let highest = 0;
        const send = () => {
          const number = node.send();
          if (number instanceof Fault) return;
          expect(number).toBeGreaterThan(highest);
          highest = number;
        };
        for (const step of run) {
          if (step.kind === 'send') for (let i = 0; i < step.count; i++) send();
          if (step.kind === 'burst') for (let i = 0; i < 40_000; i += 1) send();
          if (step.kind === 'write') node.write(step.how);
          if (step.kind === 'tick') node.ledger.tick();
          if (step.kind === 'kill') node.restart();
          if (step.kind === 'reopen') node.open(step.last);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('a receiving mark', () => {
  it('lets 1024 frames be accepted ahead of what is written, and none more', () => {
    const node = new Node();
    node.write('written');
    for (let number = 1; number <= 1_024; number++) expect(node.receive(number)).toBeUndefined();
    expect(node.receive(1_025)).toBe(NUMBER_UNRESERVED);
    node.write('written');
    expect(node.receive(1_025)).toBeUndefined();
  });

  it('is written at half of that, and by and by when frames are few', () => {
    const node = new Node();
    node.write('written');
    for (let number = 1; number < 512; number++) node.receive(number);
    expect(node.write('written')).toBe(false);
    node.receive(512);
    expect(node.write('written')).toBe(true);
    node.receive(513);
    expect([node.write('written'), node.ledger.stale]).toEqual([false, true]);
    node.ledger.tick();
    expect([node.write('written'), node.ledger.stale]).toEqual([true, false]);
  });

  it('asks for no time while a write is under way', () => {
    const node = new Node();
    node.write('written');
    node.receive(1);
    expect(node.ledger.stale).toBe(true);
    node.ledger.tick();
    node.ledger.poll();
    node.receive(2);
    expect(node.ledger.stale).toBe(false);
    node.ledger.written();
    expect(node.ledger.stale).toBe(true);
  });

  it('remembers after a restart all but what no write has taken up', () => {
    const node = new Node();
    for (let number = 1; number <= 600; number++) node.receive(number);
    node.write('written');
    for (let number = 601; number <= 700; number++) node.receive(number);
    node.restart();
    expect(toHex(node.mark.seen)).toBe('000000000000000000000258');
  });
});

describe('a ledger', () => {
  it('reads any octets as a ledger or as nothing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
        const ledger = NumberLedger.decode(octets);
        if (ledger !== LEDGER_FORM) expect((octets.length - 1) % 49).toBe(0);
      }),
    );
    expect(NumberLedger.decode(Uint8Array.of(2))).toBe(LEDGER_FORM);
    expect(NumberLedger.decode(new Uint8Array(50).fill(1))).toBeInstanceOf(NumberLedger);
    expect(NumberLedger.decode(new Uint8Array(50).fill(2))).toBe(LEDGER_FORM);
    expect(NumberLedger.decode(new Uint8Array(1 + 513 * 49).fill(1))).toBe(LEDGER_FORM);
  });

  it('shows nobody a key', () => {
    const ledger = NumberLedger.decode(undefined) as NumberLedger;
    ledger.counter(keyOf(0xab), new Uint8Array(12));
    expect(toHex(ledger.poll()!)).not.toContain('abababab');
  });

  it('keeps what it held of keys that nobody has opened yet', () => {
    const ledger = NumberLedger.decode(undefined) as NumberLedger;
    ledger.counter(keyOf(1), Uint8Array.of(0, 0, 0, 7));
    const held = ledger.poll()!;
    const second = NumberLedger.decode(held) as NumberLedger;
    second.counter(keyOf(2), new Uint8Array(4));
    const third = NumberLedger.decode(second.poll()) as NumberLedger;
    const counter = third.counter(keyOf(1), new Uint8Array(4)) as SendCounter;
    expect(toHex(counter.last)).toBe('00010007');
  });

  it('takes no more keys than its record has room for', () => {
    const ledger = NumberLedger.decode(undefined) as NumberLedger;
    for (let i = 0; i < LEDGER_ENTRIES_MAX; i++) {
      const key = new Uint8Array(32);
      key.set([i >> 8, i]);
      expect(ledger.counter(key, new Uint8Array(12))).not.toBeInstanceOf(Fault);
    }
    expect(ledger.counter(keyOf(0xee), new Uint8Array(12))).toBe(LEDGER_FULL);
    expect(ledger.mark(keyOf(0xee), new Uint8Array(12))).toBe(LEDGER_FULL);
  });

  it('lets no key go on in a field of another width', () => {
    const ledger = NumberLedger.decode(undefined) as NumberLedger;
    ledger.counter(keyOf(1), new Uint8Array(12));
    expect(ledger.counter(keyOf(1), new Uint8Array(4))).toBe(NUMBER_WIDTH);
  });
});

/** A node with one sending and one receiving key, and a disk. */
class Node {
  #disk: Uint8Array | undefined = undefined;
  ledger!: NumberLedger;
  counter!: SendCounter;
  mark!: ReceiveMark;

  constructor() {
    this.restart();
  }

  restart(): void {
    this.ledger = NumberLedger.decode(this.#disk) as NumberLedger;
    this.open(0);
    this.mark = this.ledger.mark(keyOf(2), new Uint8Array(12)) as ReceiveMark;
  }

  open(last: number): void {
    this.counter = this.ledger.counter(keyOf(1), octetsOf(last)) as SendCounter;
  }

  send(): number | Fault {
    const number = this.counter.next();
    return number instanceof Fault ? number : Number(`0x${toHex(number)}`);
  }

  receive(number: number): Fault | undefined {
    return this.mark.accept(octetsOf(number));
  }

  /** Carries out the write that is due, if any; those never told of end with the node. */
  write(how: 'written' | 'failed' | 'lost' | 'durable but never told'): boolean {
    const record = this.ledger.poll();
    if (record === undefined) return false;
    if (how === 'written' || how === 'durable but never told') this.#disk = record;
    if (how === 'written') this.ledger.written();
    else if (how === 'failed') this.ledger.writeFailed();
    else this.restart();
    return true;
  }
}

function keyOf(octet: number): Uint8Array {
  return new Uint8Array(32).fill(octet);
}

function octetsOf(number: number): Uint8Array {
  const octets = new Uint8Array(12);
  new DataView(octets.buffer).setUint32(8, number);
  return octets;
}
