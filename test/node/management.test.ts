import { expect, it } from 'vitest';
import { Journal } from '#node/journal.ts';
import { type Managed, press, takeManagement } from '#node/management.ts';
import type { Neighbour } from '#node/neighbours.ts';
import { encodeEncapsulation } from '#protocol/frame/encapsulation.ts';
import { decodePacket, type Packet } from '#protocol/frame/packet.ts';

it('tells the neighbours that are up, and they tell their agents', () => {
  const sent: [number, Uint8Array][] = [];
  const neighbours = [102, 103].map((node) => neighbour(node, node === 103, sent));
  press(1, 2, neighbours);
  expect(sent.map(([node]) => node)).toEqual([103]);
  const { managed, pressed } = agentOf();
  takeManagement(5, neighbours[0]!, packetOf(sent[0]![1]), managed);
  expect(pressed).toEqual([[5, 102, 2]]);
});

it.each([
  ['of another protocol', encodeEncapsulation(4, Uint8Array.of(2))],
  ['of a class that there is not', encodeEncapsulation(7, Uint8Array.of(5))],
  ['of no class', encodeEncapsulation(7, new Uint8Array(0))],
  ['of more than a class', encodeEncapsulation(7, Uint8Array.of(2, 0))],
])('takes a packet %s for a command', (_, octets) => {
  const { managed, pressed, commands } = agentOf();
  takeManagement(5, neighbour(102, true, []), packetOf(octets), managed);
  expect(pressed).toEqual([]);
  expect(commands).toEqual([102]);
});

function packetOf(octets: Uint8Array) {
  return { kind: 'management', packet: decodePacket(octets, 0) as Packet, spi: 1 } as const;
}

function neighbour(node: number, up: boolean, sent: [number, Uint8Array][]): Neighbour {
  const link = { sendManagement: (_: number, octets: Uint8Array) => sent.push([node, octets]) };
  return { node, terminal: 0, up, link } as unknown as Neighbour;
}

function agentOf() {
  const pressed: unknown[] = [];
  const commands: number[] = [];
  const managed = {
    agent: { pressed: (...said: unknown[]) => pressed.push(said) },
    security: {
      command: (_: number, node: number) => {
        commands.push(node);
        return { replies: [], faults: [] };
      },
    },
    journal: new Journal(),
  } as unknown as Managed;
  return { managed, pressed, commands };
}
