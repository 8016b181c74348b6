import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '#harness/fleet/seeded-random.ts';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { fromHex } from '#protocol/bytes/octets.ts';
import { DIRECTION, LENGTH, PROCEDURE, REPLY } from '#protocol/extended-procedures/faults.ts';
import { ProcedureInitiator } from '#protocol/extended-procedures/initiator.ts';
import { PROCEDURES, type Procedure } from '#protocol/extended-procedures/pdu.ts';
import { Recipient } from './recipient.ts';

describe('an initiator', () => {
  it('takes the answer to what it asked, once', () => {
    const ground = initiator();
    expect(ground.receive(fromHex('b10000'))).toBe(REPLY);
    ground.monitor('ping');
    expect(ground.receive(fromHex('b10000'))).toEqual({ procedure: 'ping' });
    expect(ground.receive(fromHex('b10000'))).toBe(REPLY);
  });

  it('is not fooled by a recipient that holds another key, or answers another question', () => {
    const recipient = new Recipient();
    recipient.keys.store(200, new Uint8Array(32).fill(1));
    recipient.keys.store(201, new Uint8Array(32).fill(2));
    const ground = initiator();
    const entry = (keyId: number, octet: number) => ({
      keyId,
      key: new Uint8Array(32).fill(octet),
    });
    const proof = (octets: Uint8Array) => fromHex(recipient.command(octets)[1]!);
    expect(ground.receive(proof(ground.verify([entry(200, 9)])))).toBe(REPLY);
    const old = proof(ground.verify([entry(200, 1)]));
    ground.verify([entry(200, 1)]);
    expect(ground.receive(old)).toBe(REPLY);
    const short = proof(ground.verify([entry(200, 1)]));
    ground.verify([entry(200, 1), entry(201, 2)]);
    expect(ground.receive(short)).toBe(REPLY);
    expect(ground.receive(proof(ground.verify([entry(200, 1), entry(201, 2)])))).toEqual({
      procedure: 'verify',
      keyIds: [200, 201],
    });
  });

  it('refuses what is no reply', () => {
    const ground = initiator();
    ground.monitor('ping');
    ground.monitor('selfTest');
    expect(ground.receive(fromHex('310000'))).toBe(DIRECTION);
    expect(ground.receive(fromHex('b1000000'))).toBe(LENGTH);
    expect(ground.receive(fromHex('8f0000'))).toBe(PROCEDURE);
    expect(ground.receive(fromHex('b5001000000'.slice(0, 10)))).toBe(LENGTH);
  });

  it('takes a reply about an association under either group of the book', () => {
    const ground = initiator();
    ground.read('status', 5);
    expect(ground.receive(fromHex('af001800050b'))).toMatchObject({ transition: 11 });
  });

  it('reads any octets as an answer or a fault', () => {
    const tags = Object.keys(PROCEDURES) as Procedure[];
    fc.assert(
      fc.property(fc.constantFrom(...tags), fc.uint8Array({ maxLength: 60 }), (name, data) => {
        const ground = initiator();
        ground.verify([{ keyId: 200, key: new Uint8Array(32) }]);
        ground.inventory(0, 9);
        ground.read('status', 1);
        ground.read('readNumber', 1);
        for (const what of ['ping', 'logStatus', 'dumpLog', 'eraseLog', 'selfTest'] as const) {
          ground.monitor(what);
        }
        const bits = data.length * 8;
        ground.receive(Uint8Array.of(0x80 | PROCEDURES[name], bits >> 8, bits, ...data));
      }),
    );
  });
});

function initiator(): ProcedureInitiator {
  return new ProcedureInitiator(nativeProvider.aead, new SeededRandom(2, 'ground'));
}
