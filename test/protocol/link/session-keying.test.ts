import { describe, expect, it } from 'vitest';
import { Fault } from '#protocol/fault.ts';
import type { KeyingOutput } from '#protocol/link/keying.ts';
import { SessionKeying } from '#protocol/link/session-keying.ts';
import { COOKIE, HELLO, REPLY } from '#protocol/session/message-header.ts';
import { writeMac2 } from '#protocol/session/message-macs.ts';
import { decodeMessage, encodeMessage } from '#protocol/session/messages.ts';
import { optionsOf, SCIDS } from './link-pair.ts';

describe('A17: a keying whose peer has no budget left', () => {
  it('says HELLO itself, although it is the one to wait, and only once for now', () => {
    const { said } = flooded();
    expect(said.filter((type) => type === REPLY)).toHaveLength(5);
    expect(said.filter((type) => type === HELLO)).toHaveLength(1);
  });
});

/** What a waiting keying says to twelve HELLOs of a member that answers its cookies, by type. */
function flooded() {
  const options = optionsOf(1);
  const keying = new SessionKeying(options);
  keying.connect(0, { rateBps: 1e6, roundTripUs: 1_000, initiate: false, portName: 'isl-0' });
  const take = (octets: Uint8Array): KeyingOutput[] => {
    keying.receiveMessage(0, octets);
    return drain(keying);
  };
  const types = (octets: Uint8Array) => take(octets).flatMap(typeOf);
  const said: number[] = [];
  for (let count = 0; count < 12; count++) {
    const octets = hello(count);
    for (const output of take(octets)) {
      said.push(...typeOf(output));
      if (output.kind !== 'message' || output.octets[0] !== COOKIE) continue;
      const message = decodeMessage(output.octets, SCIDS[0], SCIDS[1]);
      if (message instanceof Fault || message.type !== COOKIE) throw new Error('COOKIE');
      writeMac2(octets, message.cookie);
      said.push(...types(octets));
    }
  }
  return { said };
}

/** Of a member in the peer's name, with an id of its own. */
function hello(count: number): Uint8Array {
  const { admission, membership } = optionsOf(0);
  const macKey = admission.keys.ofSender(membership.statement.epoch).to(SCIDS[1]);
  const ends = { sourceScid: SCIDS[0], destinationScid: SCIDS[1] };
  const handshakeId = new Uint8Array(8).fill(count);
  const noise = new Uint8Array(32).fill(9);
  return encodeMessage({ type: HELLO, suite: 1, ...ends, handshakeId, noise }, macKey);
}

function typeOf(output: KeyingOutput): number[] {
  return output.kind === 'message' ? [output.octets[0]!] : [];
}

function drain(keying: SessionKeying): KeyingOutput[] {
  const outputs: KeyingOutput[] = [];
  for (let output = keying.poll(); output !== undefined; output = keying.poll()) {
    outputs.push(output);
  }
  return outputs;
}
