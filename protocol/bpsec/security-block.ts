/**
 * The abstract security block: the data of a block integrity block (BIB, type 11) or of a block
 * confidentiality block (BCB, type 12), a sequence of CBOR items without a head around it.
 *
 *   [target…]  contextId  contextFlags  source  [[id, value]…]?  [[[id, value]…]…]
 *
 * What the values mean is the security context's to say, so they are kept as the CBOR they came in,
 * and a block of an unknown context leaves as it came.
 *
 * Source: RFC 9172 §3.6.
 */
import { type Eid, readEid, writeEid } from '../bundle/eid.ts';
import { CborReader } from '../bytes/cbor-reader.ts';
import { CborWriter } from '../bytes/cbor-writer.ts';
import { Fault } from '../fault.ts';

/** A parameter or a result: a number that the context gives a meaning, and a value in CBOR. */
export interface SecurityItem {
  readonly id: number;
  /** One whole CBOR item; a view where it was decoded. */
  readonly value: Uint8Array;
}

/** Security operations that share a context, its parameters and a source (§3.3). */
export interface SecurityBlock {
  /** Block numbers, none twice, at least one. Bounded by TARGETS_MAX. */
  readonly targets: readonly number[];
  /** Negative for private use. */
  readonly contextId: number;
  /** The node that added the block. */
  readonly source: Eid;
  /** Undefined when the block says that it has none. Bounded by ITEMS_MAX. */
  readonly parameters: readonly SecurityItem[] | undefined;
  /** For each target, in their order, what its operation came to. Each bounded by ITEMS_MAX. */
  readonly results: readonly (readonly SecurityItem[])[];
}

/**
 * Decodes the whole data of a security block; values are views. Faults: those of the reader and of
 * `readEid`; `bpsec.structure` when an item is not what the figure shows, or octets follow;
 * `bpsec.targets` for no target or one that comes twice; `bpsec.results` when there are not as many
 * results as targets; `bpsec.too-many` beyond TARGETS_MAX or ITEMS_MAX. Values must be
 * deterministic CBOR (§4) without floats, which no context has. Unassigned flags are let go.
 */
export function decodeSecurityBlock(data: Uint8Array): SecurityBlock | Fault {
  const reader = new CborReader(data);
  const targets = readTargets(reader);
  if (targets instanceof Fault) return targets;
  const contextId = reader.int();
  if (contextId instanceof Fault) return contextId;
  const flags = reader.uint();
  if (flags instanceof Fault) return flags;
  const source = readEid(reader);
  if (source instanceof Fault) return source;
  const parameters = flags % 2 === PARAMETERS_PRESENT ? readItems(reader) : undefined;
  if (parameters instanceof Fault) return parameters;
  const results = readResults(reader, targets.length);
  if (results instanceof Fault) return results;
  return reader.atEnd ? { targets, contextId, source, parameters, results } : STRUCTURE;
}

/** Fresh octets: the data of a security block. */
export function encodeSecurityBlock(block: SecurityBlock): Uint8Array {
  const { targets, contextId, source, parameters, results } = block;
  const writer = new CborWriter(128);
  writer.array(targets.length);
  // Bounded by TARGETS_MAX.
  for (const target of targets) writer.uint(target);
  writer.int(contextId).uint(parameters === undefined ? 0 : PARAMETERS_PRESENT);
  writeEid(writer, source);
  if (parameters !== undefined) writeItems(writer, parameters);
  writer.array(results.length);
  // Bounded by TARGETS_MAX.
  for (const items of results) writeItems(writer, items);
  return writer.finish();
}

/** An item whose value is an unsigned integer. */
export function uintItem(id: number, value: number): SecurityItem {
  return { id, value: new CborWriter(9).uint(value).finish() };
}

/** An item whose value is a byte string; the octets are copied. */
export function bytesItem(id: number, octets: Uint8Array): SecurityItem {
  return { id, value: new CborWriter(octets.length + 9).bytes(octets).finish() };
}

/** The same as a list of one, or of none where there are no octets. */
export function bytesItems(id: number, octets: Uint8Array | undefined): SecurityItem[] {
  return octets === undefined ? [] : [bytesItem(id, octets)];
}

/** The unsigned integer in the item of that id, or `absent`; `bpsec.item` when it is another. */
export function uintOf<T>(
  items: readonly SecurityItem[],
  id: number,
  absent: T,
): number | T | Fault {
  return itemValue(items, id, absent, readUint);
}

/** The octets, a view, in the item of that id, or `absent`; `bpsec.item` when they are another. */
export function bytesOf<T>(
  items: readonly SecurityItem[],
  id: number,
  absent: T,
): Uint8Array | T | Fault {
  return itemValue(items, id, absent, readBytes);
}

function itemValue<V, T>(
  items: readonly SecurityItem[],
  id: number,
  absent: T,
  read: (reader: CborReader) => V | Fault,
): V | T | Fault {
  let value: V | T | Fault = absent;
  let found = false;
  // Bounded by ITEMS_MAX.
  for (const item of items) {
    if (item.id !== id) continue;
    if (found) return ITEM;
    found = true;
    const reader = new CborReader(item.value);
    value = read(reader);
    if (value instanceof Fault || !reader.atEnd) return ITEM;
  }
  return value;
}

function readTargets(reader: CborReader): number[] | Fault {
  const count = reader.arrayHead();
  if (count instanceof Fault) return count;
  if (count === 0) return TARGETS;
  if (count > TARGETS_MAX) return TOO_MANY;
  const targets: number[] = [];
  // Bounded by TARGETS_MAX.
  for (let i = 0; i < count; i++) {
    const target = reader.uint();
    if (target instanceof Fault) return target;
    if (targets.includes(target)) return TARGETS;
    targets.push(target);
  }
  return targets;
}

function readResults(reader: CborReader, targetCount: number): SecurityItem[][] | Fault {
  const count = reader.arrayHead();
  if (count instanceof Fault) return count;
  if (count !== targetCount) return RESULTS;
  const results: SecurityItem[][] = [];
  // Bounded by TARGETS_MAX.
  for (let i = 0; i < count; i++) {
    const items = readItems(reader);
    if (items instanceof Fault) return items;
    results.push(items);
  }
  return results;
}

function readItems(reader: CborReader): SecurityItem[] | Fault {
  const count = reader.arrayHead();
  if (count instanceof Fault) return count;
  if (count > ITEMS_MAX) return TOO_MANY;
  const items: SecurityItem[] = [];
  // Bounded by ITEMS_MAX.
  for (let i = 0; i < count; i++) {
    const pair = reader.arrayHead();
    if (pair instanceof Fault) return pair;
    if (pair !== 2) return STRUCTURE;
    const id = reader.uint();
    if (id instanceof Fault) return id;
    const start = reader.offset;
    const fault = reader.skip();
    if (fault !== undefined) return fault;
    items.push({ id, value: reader.octets.subarray(start, reader.offset) });
  }
  return items;
}

function writeItems(writer: CborWriter, items: readonly SecurityItem[]): void {
  writer.array(items.length);
  // Bounded by ITEMS_MAX.
  for (const { id, value } of items) writer.array(2).uint(id).raw(value);
}

function readUint(reader: CborReader): number | Fault {
  return reader.uint();
}

function readBytes(reader: CborReader): Uint8Array | Fault {
  return reader.bytes();
}

const STRUCTURE = new Fault('bpsec', 'structure', 'RFC 9172 3.6');
const TARGETS = new Fault('bpsec', 'targets', 'RFC 9172 3.6');
const RESULTS = new Fault('bpsec', 'results', 'RFC 9172 3.6');
const TOO_MANY = new Fault('bpsec', 'too-many', 'RFC 9172 3.6');
const ITEM = new Fault('bpsec', 'item', 'RFC 9173 3.3, 3.4, 4.3, 4.4');

/** The one context flag that is assigned (§3.6). */
const PARAMETERS_PRESENT = 1;
/** As many as a bundle may have blocks. */
const TARGETS_MAX = 32;
/** The contexts of RFC 9173 have four parameters and one result; the RFC sets no bound. */
const ITEMS_MAX = 16;
