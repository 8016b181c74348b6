/**
 * Patterns that endpoints fit, as an operator writes them:
 *
 *   *                     every endpoint
 *   ipn:100.*             all services of a node
 *   ipn:[100-199,300].7   one service of many nodes
 *   ipn:5.100.*           the same under an allocator
 *   dtn://name/*          all texts that begin so; without the star, this one
 */
import { type Eid, equalEid, parseEid } from '../bundle/eid.ts';
import { Fault } from '../fault.ts';

/** A set of endpoints; make it with `parseEndpointPattern`, ask it with `fitsEndpoint`. */
export type EndpointPattern =
  | { readonly kind: 'any' }
  | { readonly kind: 'exact'; readonly eid: Eid }
  | { readonly kind: 'dtn'; readonly prefix: string }
  | {
      readonly kind: 'ipn';
      readonly allocator: readonly NumberRange[];
      readonly node: readonly NumberRange[];
      readonly service: readonly NumberRange[];
    };

/** From the first to the last, both inclusive. */
export type NumberRange = readonly [first: number, last: number];

/** The pattern a text means, else `bpsec.endpoint-pattern`. */
export function parseEndpointPattern(text: string): EndpointPattern | Fault {
  if (text === '*') return { kind: 'any' };
  if (text.startsWith('ipn:')) return parseIpn(text.slice('ipn:'.length).split('.'));
  if (DTN_PREFIX.test(text)) return { kind: 'dtn', prefix: text.slice('dtn:'.length, -1) };
  // A star that stands elsewhere is a slip, though an endpoint's text may have one.
  const eid = text.includes('*') ? ENDPOINT_PATTERN : parseEid(text);
  return eid instanceof Fault ? ENDPOINT_PATTERN : { kind: 'exact', eid };
}

/** Whether the endpoint is one of the set. */
export function fitsEndpoint(pattern: EndpointPattern, eid: Eid): boolean {
  switch (pattern.kind) {
    case 'any':
      return true;
    case 'exact':
      return equalEid(pattern.eid, eid);
    case 'dtn':
      return eid.scheme === 'dtn' && eid.ssp.startsWith(pattern.prefix);
    case 'ipn':
      return (
        eid.scheme === 'ipn' &&
        inRanges(pattern.allocator, eid.allocator) &&
        inRanges(pattern.node, eid.node) &&
        inRanges(pattern.service, eid.service)
      );
  }
}

function parseIpn(parts: readonly string[]): EndpointPattern | Fault {
  if (parts.length !== 2 && parts.length !== 3) return ENDPOINT_PATTERN;
  const [service, node, allocator = [[0, 0]]] = parts.map(parseRanges).reverse();
  if (service === undefined || node === undefined || allocator === undefined) {
    return ENDPOINT_PATTERN;
  }
  return parts.every((part) => parseRanges(part) !== undefined)
    ? { kind: 'ipn', allocator, node, service }
    : ENDPOINT_PATTERN;
}

/** `*`, a number, or numbers and ranges between brackets. */
function parseRanges(text: string): NumberRange[] | undefined {
  if (text === '*') return [[0, Number.MAX_SAFE_INTEGER]];
  const list = /^\[(.+)\]$/.exec(text)?.[1] ?? (NUMBER.test(text) ? text : '');
  const ranges = list.split(',').map((part): NumberRange | undefined => {
    const match = RANGE.exec(part);
    if (match === null) return undefined;
    const first = Number(match[1]);
    const last = Number(match[2] ?? match[1]);
    return first <= last && Number.isSafeInteger(last) ? [first, last] : undefined;
  });
  if (ranges.length > RANGES_MAX) return undefined;
  const whole = ranges.filter((range) => range !== undefined);
  return whole.length === ranges.length ? whole : undefined;
}

function inRanges(ranges: readonly NumberRange[], number: number): boolean {
  // Bounded by RANGES_MAX.
  for (const [first, last] of ranges) if (number >= first && number <= last) return true;
  return false;
}

const ENDPOINT_PATTERN = new Fault('bpsec', 'endpoint-pattern', 'RFC 9758 4');

const NUMBER = /^(0|[1-9]\d*)$/;
const RANGE = /^(0|[1-9]\d*)(?:-(0|[1-9]\d*))?$/;
const DTN_PREFIX = /^dtn:\/\/[\x21-\x29\x2b-\x7e]*\*$/;
const RANGES_MAX = 64;
