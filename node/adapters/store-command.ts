/** What a durable store knows of each bundle, and what it has been asked to do with it. */
import type { BundleNote, SeenNote } from '#protocol/agent/contract.ts';

/** What is known of one bundle. */
export interface Entry {
  readonly id: string;
  /** Where it is, durable or in the transaction under way; NOWHERE when it is not. */
  key: number;
  /** Its octets there. */
  sizeOctets: number;
  /** Its octets once all commands are obeyed. */
  sizeOctetsNext: number;
  /** How many have not been answered. */
  commands: number;
}

/** Something that a store has been asked for, and what it must know to take it back. */
export interface Command {
  readonly kind: 'put' | 'get' | 'delete' | 'refuse';
  readonly entry: Entry;
  /** Of a put. */
  readonly octets: Uint8Array | undefined;
  readonly note: BundleNote | undefined;
  /** Of a removal. */
  readonly seen: SeenNote | undefined;
  /** What the entry said before the transaction. */
  keyBefore: number;
  sizeOctetsBefore: number;
}

/** A bundle that is durable, or with NOWHERE one that is not; no command is about it yet. */
export function entryAt(id: string, key: number, sizeOctets: number): Entry {
  return { id, key, sizeOctets, sizeOctetsNext: sizeOctets, commands: 0 };
}

/** A command, all of which have one shape. */
export function commandOn(
  entry: Entry,
  kind: Command['kind'],
  octets?: Uint8Array,
  note?: BundleNote,
  seen?: SeenNote,
): Command {
  return { kind, entry, octets, note, seen, keyBefore: NOWHERE, sizeOctetsBefore: 0 };
}

/** The key of what is not in the tables. */
export const NOWHERE = -1;
