import { describe, expect, it } from 'vitest';
import { concat, utf8Encode } from '#protocol/bytes/octets.ts';
import { sha512 } from '#protocol/crypto/hash.ts';
import { Fault } from '#protocol/fault.ts';
import { AdmissionKeys } from '#protocol/session/admission-keys.ts';
import { MAC1 } from '#protocol/session/faults.ts';
import { macKeyOf } from '#protocol/session/message-macs.ts';
import { encodeMessage } from '#protocol/session/messages.ts';

const ID = new Uint8Array(16).fill(3);
const [SOURCE, DESTINATION] = [257, 514];
const keyOf = (epoch: number) => ({ epoch, key: new Uint8Array(32).fill(epoch) });

describe('the admission keys of a node (LS-1200)', () => {
  const keys = new AdmissionKeys(ID, [keyOf(6), keyOf(7), keyOf(8), keyOf(9)]);

  it('let it begin with that of its epoch', () => {
    expect(keys.ofSender(7).to(DESTINATION)).toEqual(macKeyOf(keyOf(7).key, DESTINATION));
    expect(keys.ofSender(7).to(SOURCE)).toEqual(macKeyOf(keyOf(7).key, SOURCE));
  });

  it('let it answer with the one that matched: of this epoch, the next or the one before', () => {
    for (const epoch of [6, 7, 8]) {
      expect(match(keys, 7, keyOf(epoch).key)).toBe(epoch);
    }
    expect(match(keys, 7, keyOf(9).key)).toBe(MAC1);
    expect(match(keys, 7, new Uint8Array(32))).toBe(MAC1);
    expect(match(keys, 8, keyOf(6).key)).toBe(MAC1);
  });

  it('serve on when a node has none of its epoch, the newest of them', () => {
    expect(keys.ofSender(50).epoch).toBe(9);
    expect(match(keys, 50, keyOf(9).key)).toBe(9);
    expect(match(keys, 50, keyOf(8).key)).toBe(MAC1);
  });

  it('give way to those that ground hands in later', () => {
    const held = new AdmissionKeys(ID, [keyOf(6), keyOf(7)]);
    expect(match(held, 8, keyOf(9).key)).toBe(MAC1);
    held.replace([keyOf(8), keyOf(9)]);
    expect(held.ofSender(8).epoch).toBe(8);
    expect(match(held, 8, keyOf(9).key)).toBe(9);
    expect(match(held, 8, keyOf(7).key)).toBe(MAC1);
  });

  it('are replaced by one that all can compute when none is provisioned', () => {
    const open = sha512(concat([utf8Encode('ISLK1 open'), ID])).subarray(0, 32);
    const none = new AdmissionKeys(ID, []);
    for (const epoch of [0, 7]) {
      expect(none.ofSender(epoch).to(DESTINATION)).toEqual(macKeyOf(open, DESTINATION));
      expect(match(none, epoch, open)).not.toBe(MAC1);
      expect(match(none, epoch, keyOf(7).key)).toBe(MAC1);
    }
  });
});

/** The epoch under whose key a node takes a message whose sender has this admission key. */
function match(keys: AdmissionKeys, epoch: number, senderKey: Uint8Array): number | Fault {
  const header = { suite: 1, sourceScid: SOURCE, destinationScid: DESTINATION } as const;
  const handshakeId = new Uint8Array(8);
  const hello = { type: 1, ...header, handshakeId, noise: new Uint8Array(32) } as const;
  const octets = encodeMessage(hello, macKeyOf(senderKey, DESTINATION));
  const matched = keys.match(epoch, octets, DESTINATION);
  return matched instanceof Fault ? matched : matched.epoch;
}
