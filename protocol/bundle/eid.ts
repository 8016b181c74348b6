/**
 * Endpoint IDs: who a bundle is from and for.
 *
 *   ipn  82 02 82 [allocator·2^32 + node] [service]     two elements
 *        82 02 83 [allocator] [node] [service]          three elements
 *   dtn  82 01 00                                       dtn:none
 *        82 01 text, all that follows "dtn:"
 *   imc  82 [code] 82 [group] [service]
 *
 * The imc scheme, of groups of nodes, has the form of ipn with two elements. No code is registered
 * for it: 3 is the next that is free, and codes above 65535 are for private use (RFC 9171 §9.6).
 *
 * Source: RFC 9171 §4.2.5, RFC 9758 §4 to §6.
 */
import { assert } from '../assert.ts';
import { type CborReader, INDEFINITE } from '../bytes/cbor-reader.ts';
import type { CborWriter } from '../bytes/cbor-writer.ts';
import { Fault } from '../fault.ts';

/**
 * An ipn endpoint; allocator and node are below 2^32, service is a safe integer. `items` keeps the
 * received form, 2 or 3 elements, so that it can leave as it came.
 */
export interface IpnEid {
  readonly scheme: 'ipn';
  readonly allocator: number;
  readonly node: number;
  readonly service: number;
  readonly items: 2 | 3;
}

/**
 * A dtn endpoint; `ssp` is all that follows `dtn:`, that is `none` or a text that starts with `//`.
 * Older software sends texts without the slashes: they are carried as they came.
 */
export interface DtnEid {
  readonly scheme: 'dtn';
  readonly ssp: string;
}

/** An endpoint of the imc scheme under one of its codes; group and service are safe integers. */
export interface ImcEid {
  readonly scheme: 'imc';
  readonly code: number;
  readonly group: number;
  readonly service: number;
}

/** An endpoint of any scheme (RFC 9171 §4.2.5.1). */
export type Eid = IpnEid | DtnEid | ImcEid;

/** The code of imc that its URI does not tell. */
export const IMC_SCHEME = 3;

/** Whether a scheme of this code is read as imc. */
export function isImcCode(code: number): boolean {
  return code === IMC_SCHEME || code > RESERVED_MAX;
}

/** The endpoint without members, in the form that is sent (RFC 9171 §4.2.5.1.1). */
export const NULL_EID: Eid = Object.freeze({ scheme: 'dtn', ssp: 'none' });

/** The endpoint of a service on a node of the default allocator (RFC 9758 §3.2). */
export function ipnEid(node: number, service: number): IpnEid {
  assert(Number.isInteger(node) && node >= 0 && node < WORD, 'an ipn node number has 32 bits');
  assert(Number.isSafeInteger(service) && service >= 0, 'an ipn service is a safe integer');
  return { scheme: 'ipn', allocator: 0, node, service, items: 2 };
}

/**
 * The endpoint a URI names, else `eid.uri` (RFC 9171 §4.2.5.1, RFC 9758 §4). Of imc under another
 * code than 3 the URI says which: `imc+65536:7.1`.
 */
export function parseEid(text: string): Eid | Fault {
  if (text === 'dtn:none') return NULL_EID;
  const ssp = text.slice('dtn:'.length);
  if (DTN_URI.test(text)) return ssp.length > DTN_TEXT_OCTETS_MAX ? URI : { scheme: 'dtn', ssp };
  const match = IPN_URI.exec(text);
  if (match === null) return parseImc(text);
  const allocator = Number(match[1] ?? 0);
  const node = Number(match[2] ?? LOCAL_NODE);
  const service = Number(match[3]);
  if (allocator >= WORD || node >= WORD || !Number.isSafeInteger(service)) return URI;
  return { scheme: 'ipn', allocator, node, service, items: allocator === 0 ? 2 : 3 };
}

function parseImc(text: string): ImcEid | Fault {
  const match = IMC_URI.exec(text);
  if (match === null) return URI;
  const code = Number(match[1] ?? IMC_SCHEME);
  const group = Number(match[2]);
  const service = Number(match[3]);
  const isSafe = [code, group, service].every(Number.isSafeInteger);
  return isSafe && isImcCode(code) ? { scheme: 'imc', code, group, service } : URI;
}

/** The URI of an endpoint: no allocator when it is 0, `!` for this very node (RFC 9758 §4). */
export function formatEid(eid: Eid): string {
  if (eid.scheme === 'dtn') return `dtn:${eid.ssp}`;
  if (eid.scheme === 'imc') {
    return `imc${eid.code === IMC_SCHEME ? '' : `+${eid.code}`}:${eid.group}.${eid.service}`;
  }
  if (eid.allocator !== 0) return `ipn:${eid.allocator}.${eid.node}.${eid.service}`;
  return isLocalNode(eid) ? `ipn:!.${eid.service}` : `ipn:${eid.node}.${eid.service}`;
}

/**
 * Whether both name one endpoint, whatever their encodings (RFC 9758 §6.4); all forms of the null
 * endpoint are one (§5.2).
 */
export function equalEid(a: Eid, b: Eid): boolean {
  if (a.scheme === 'ipn' && b.scheme === 'ipn') {
    return a.node === b.node && a.service === b.service && a.allocator === b.allocator;
  }
  if (a.scheme === 'dtn' && b.scheme === 'dtn') return a.ssp === b.ssp;
  if (a.scheme === 'imc' && b.scheme === 'imc') {
    return a.group === b.group && a.service === b.service && a.code === b.code;
  }
  return isNullEid(a) && isNullEid(b);
}

/** Whether nobody is there: `dtn:none` or `ipn:0.0`, but not `ipn:0.1` (RFC 9758 §5.2). */
export function isNullEid(eid: Eid): boolean {
  if (eid.scheme === 'dtn') return eid.ssp === 'none';
  return eid.scheme === 'ipn' && eid.node === 0 && eid.service === 0 && eid.allocator === 0;
}

/** Whether it means "this very node", which no bundle on a link may say (RFC 9758 §5.4). */
export function isLocalNode(eid: Eid): boolean {
  return eid.scheme === 'ipn' && eid.node === LOCAL_NODE && eid.allocator === 0;
}

/** Whether its text has the form of a URI with a node name and a demux (RFC 9171 §4.2.5.1.1). */
export function hasUriForm(eid: Eid): boolean {
  return eid.scheme !== 'dtn' || eid.ssp === 'none' || DTN_URI.test(`dtn:${eid.ssp}`);
}

/** Writes an endpoint with as many elements as its `items` says. */
export function writeEid(writer: CborWriter, eid: Eid): void {
  if (eid.scheme === 'dtn') {
    writer.array(2).uint(DTN);
    if (eid.ssp === 'none') writer.uint(0);
    else writer.text(eid.ssp);
    return;
  }
  if (eid.scheme === 'imc') {
    writer.array(2).uint(eid.code).array(2).uint(eid.group).uint(eid.service);
    return;
  }
  writer.array(2).uint(IPN).array(eid.items);
  if (eid.items === 3) writer.uint(eid.allocator).uint(eid.node);
  else if (eid.allocator === 0) writer.uint(eid.node);
  else writer.uint((BigInt(eid.allocator) << 32n) | BigInt(eid.node));
  writer.uint(eid.service);
}

/**
 * Reads one endpoint; its arrays may be indefinite, which RFC 9171 §4.1 lets senders choose.
 * Faults: the reader's; `eid.structure`; `eid.scheme` for a scheme other than dtn, ipn and imc;
 * `eid.ipn-range` for an allocator or node of more than 32 bits; `eid.dtn-text` for an empty text,
 * one of more than DTN_TEXT_OCTETS_MAX or one with characters other than visible ASCII.
 * The text `none` is read as a null endpoint other than NULL_EID, which tells it apart. A service
 * above 2^53 − 1 gives `cbor.integer-range`: RFC 9758 §6.3 sets no upper bound, and no node has so
 * many services.
 */
export function readEid(reader: CborReader): Eid | Fault {
  const items = reader.arrayHead(true);
  if (items instanceof Fault) return items;
  if (items !== INDEFINITE && items !== 2) return STRUCTURE;
  const scheme = reader.uint();
  if (scheme instanceof Fault) return scheme;
  const eid = readSsp(reader, scheme);
  return eid instanceof Fault || reader.endsArray(items, 2) ? eid : STRUCTURE;
}

function readSsp(reader: CborReader, scheme: number): Eid | Fault {
  if (scheme === IPN) return readIpn(reader);
  if (scheme === DTN) return readDtn(reader);
  return isImcCode(scheme) ? readImc(reader, scheme) : SCHEME;
}

function readImc(reader: CborReader, code: number): ImcEid | Fault {
  const items = reader.arrayHead(true);
  if (items instanceof Fault) return items;
  if (items !== INDEFINITE && items !== 2) return STRUCTURE;
  const group = reader.uint();
  if (group instanceof Fault) return group;
  const service = reader.uint();
  if (service instanceof Fault) return service;
  return reader.endsArray(items, 2) ? { scheme: 'imc', code, group, service } : STRUCTURE;
}

function readIpn(reader: CborReader): IpnEid | Fault {
  const head = reader.arrayHead(true);
  if (head instanceof Fault) return head;
  if (head !== INDEFINITE && head !== 2 && head !== 3) return STRUCTURE;
  const first = reader.uint64();
  if (first instanceof Fault) return first;
  const second = reader.uint();
  if (second instanceof Fault) return second;
  if (reader.endsArray(head, 2)) {
    if (first < WORD) return ipnOf(0, Number(first), second, 2);
    const wide = BigInt(first);
    return ipnOf(Number(wide >> 32n), Number(BigInt.asUintN(32, wide)), second, 2);
  }
  const third = reader.uint();
  if (third instanceof Fault) return third;
  if (!reader.endsArray(head, 3)) return STRUCTURE;
  return first < WORD && second < WORD ? ipnOf(Number(first), second, third, 3) : IPN_RANGE;
}

function ipnOf(allocator: number, node: number, service: number, items: 2 | 3): IpnEid {
  return { scheme: 'ipn', allocator, node, service, items };
}

function readDtn(reader: CborReader): Eid | Fault {
  if (reader.octets[reader.offset] === 0) {
    reader.uint();
    return NULL_EID;
  }
  const ssp = reader.text();
  if (ssp instanceof Fault) return ssp;
  // It is part of bundle ids, of which a node remembers many.
  if (ssp.length > DTN_TEXT_OCTETS_MAX) return DTN_TEXT;
  // A control character would reach terminals and logs inside a bundle id.
  return VISIBLE.test(ssp) ? { scheme: 'dtn', ssp } : DTN_TEXT;
}

const URI = new Fault('eid', 'uri', 'RFC 9171 4.2.5.1, RFC 9758 4');
const STRUCTURE = new Fault('eid', 'structure', 'RFC 9171 4.2.5.1, RFC 9758 6.3');
const SCHEME = new Fault('eid', 'scheme', 'RFC 9171 4.2.5.1');
const IPN_RANGE = new Fault('eid', 'ipn-range', 'RFC 9758 6.3');
const DTN_TEXT = new Fault('eid', 'dtn-text', 'RFC 9171 4.2.5.1.1');

/** Scheme codes (RFC 9171 §9.6). */
const DTN = 1;
const IPN = 2;
/** Codes above this are for private use. */
const RESERVED_MAX = 65_535;

const WORD = 0x100000000;
/** The node number that stands for "this very node" (RFC 9758 §5.4). */
const LOCAL_NODE = 0xffffffff;

/** The RFC sets no bound. */
const DTN_TEXT_OCTETS_MAX = 1_023;

const DTN_URI = /^dtn:\/\/(?:[\w.~!$&'()*+,;=-]|%[\dA-Fa-f]{2})+\/[\x21-\x7e]*$/;
const IPN_URI = /^ipn:(?:!|(?:(0|[1-9]\d*)\.)?(0|[1-9]\d*))\.(0|[1-9]\d*)$/;
const IMC_URI = /^imc(?:\+([1-9]\d*))?:(0|[1-9]\d*)\.(0|[1-9]\d*)$/;
const VISIBLE = /^[\x21-\x7e]+$/;
