/**
 * What neighbours say to each other in management packets: commands from ground, and which classes
 * of bundles a node takes while its store is nearly full.
 *
 *   pressure | Encapsulation Packet of protocol 7, mission-specific | least class 1 |
 *
 * Packets may get lost, so nothing depends on one: what a node takes is said again and again, and
 * lapses.
 */
import type { BundleAgent } from '#protocol/agent/agent.ts';
import type { LeastClass } from '#protocol/agent/store-room.ts';
import { Fault } from '#protocol/fault.ts';
import { ENCAPSULATION_VERSION, encodeEncapsulation } from '#protocol/frame/encapsulation.ts';
import type { Packet } from '#protocol/frame/packet.ts';
import type { LinkOutput } from '#protocol/link/contract.ts';
import type { Instant } from '#protocol/machine.ts';
import type { Journal } from './journal.ts';
import type { Neighbour } from './neighbours.ts';
import type { ProvisionedSecurity } from './provisioned-security.ts';

/** A whole management packet that came in. */
export type Management = Extract<LinkOutput, { readonly kind: 'management' }>;

/** Whom management packets concern. */
export interface Managed {
  readonly agent: BundleAgent;
  /** Who obeys commands, where any neighbour may give them. */
  readonly security: ProvisionedSecurity | undefined;
  readonly journal: Journal;
}

/** Obeys a packet; a command is answered on the link that brought it. */
export function takeManagement(
  now: Instant,
  { node, link }: Neighbour,
  { packet, spi }: Management,
  { agent, security, journal }: Managed,
): void {
  const least = leastIn(packet);
  if (least !== undefined) {
    agent.pressed(now, node, least);
    return;
  }
  const answer = security?.command(now, node, packet, spi);
  if (answer === undefined) {
    journal.faults.add(NO_COMMANDER);
    return;
  }
  for (const fault of answer.faults) journal.faults.add(fault);
  for (const reply of answer.replies) link.sendManagement(now, reply);
}

/** Tells those neighbours that are up which classes this node takes. */
export function press(now: Instant, least: LeastClass, neighbours: readonly Neighbour[]): void {
  const packet = encodeEncapsulation(MISSION_SPECIFIC, Uint8Array.of(least));
  for (const { up, link } of neighbours) if (up) link.sendManagement(now, packet);
}

/** The class that a pressure packet names; undefined for any other packet. */
function leastIn(packet: Packet): LeastClass | undefined {
  if (packet.packetVersion !== ENCAPSULATION_VERSION) return undefined;
  const [least = CLASSES + 1, ...more] = packet.data;
  const known = packet.protocolId === MISSION_SPECIFIC && more.length === 0 && least <= CLASSES;
  return known ? (least as LeastClass) : undefined;
}

/** The neighbour has no say here. */
const NO_COMMANDER = new Fault('link', 'no-commander', 'CCSDS 355.1-B-1 4.3.1.1');

/** CCSDS 133.1, registry of encapsulation protocol identifiers: privately defined data. */
const MISSION_SPECIFIC = 7;
const CLASSES = 4;
