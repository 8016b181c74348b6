/**
 * Bundles encoded, decoded and sent on in a second of one core. Beside the codec stands cbor-x,
 * which knows CBOR but no bundles: it checks nothing, sums no CRC, and makes the values of the same
 * octets. Beside the relay stands the codec alone, for a bundle that is sent on is decoded and
 * encoded once.
 */
import { Decoder, Encoder } from 'cbor-x';
import { assert } from '#protocol/assert.ts';
import { type Bundle, decodeBundle, encodeBundle } from '#protocol/bundle/bundle.ts';
import { Fault } from '#protocol/fault.ts';
import { BundleRelay } from './bundle-relay.ts';
import { bundleOf, CRC_TYPES } from './bundles.ts';
import type { Figure } from './figures.ts';
import { type Labour, labour, median, medianRatio } from './rounds.ts';

/** Every size with every CRC, then a node that sends on. */
export function bundleFigures(): Figure[] {
  return [...SIZES.flatMap(codecFigures), ...relayFigures()];
}

function codecFigures(octets: number): Figure[] {
  const count = Math.max(256, Math.min(8_192, WORK_OCTETS / octets));
  const bundles = CRC_TYPES.map(({ crcType }) => bundleOf(octets, crcType));
  const entrants = [cborDecodes(count, encodeBundle(bundles[0]!))];
  for (const bundle of bundles) entrants.push(decodes(count, encodeBundle(bundle)));
  entrants.push(cborEncodes(count, encodeBundle(bundles[0]!)));
  for (const bundle of bundles) entrants.push(encodes(count, bundle));
  const rates = labour(ROUNDS, entrants);
  const about = `of ${octets.toLocaleString('en')} octets`;
  const half = entrants.length / 2;
  return [
    ...against(`cbor-x decodes bundles ${about}`, '  decoded', rates.slice(0, half)),
    ...against(`cbor-x encodes bundles ${about}`, '  encoded', rates.slice(half)),
  ];
}

/** Our rates, one for each CRC, and what they are of the first. */
function against(their: string, our: string, [theirs, ...ours]: number[][]): Figure[] {
  const figures: Figure[] = [{ what: their, measured: median(theirs!), unit: 'bundles/s' }];
  for (const [index, { name }] of CRC_TYPES.entries()) {
    const measured = median(ours[index]!);
    const ratio = 100 * medianRatio(ours[index]!, theirs!);
    figures.push({ what: `${our}, ${name}`, measured, unit: 'bundles/s' });
    figures.push({ what: '    of cbor-x', measured: ratio, unit: '%' });
  }
  return figures;
}

function relayFigures(): Figure[] {
  const relay = new BundleRelay(RELAYED_OCTETS);
  const [codec, forwards] = labour(ROUNDS, [recodes(relay.template), relay]);
  const what = `a node sends on bundles of ${RELAYED_OCTETS.toLocaleString('en')} octets`;
  return [
    { what: 'decoded and encoded once', measured: median(codec!), unit: 'bundles/s' },
    { what, measured: median(forwards!), unit: 'bundles/s', goalMin: FORWARDED_GOAL },
    { what: '  of the codec alone', measured: 100 * medianRatio(forwards!, codec!), unit: '%' },
  ];
}

function decodes(count: number, octets: Uint8Array): Labour {
  return repeated(count, () => decodeBundle(octets));
}

function encodes(count: number, bundle: Bundle): Labour {
  return repeated(count, () => encodeBundle(bundle));
}

function recodes(octets: Uint8Array): Labour {
  return repeated(1_024, () => {
    const bundle = decodeBundle(octets);
    assert(!(bundle instanceof Fault), 'a bundle that was encoded can be decoded');
    return encodeBundle(bundle);
  });
}

function cborDecodes(count: number, octets: Uint8Array): Labour {
  const decoder = new Decoder({ mapsAsObjects: false });
  return repeated(count, () => decoder.decode(octets));
}

/** It writes arrays of definite length, and is given values that it can write in the short way. */
function cborEncodes(count: number, octets: Uint8Array): Labour {
  const encoder = new Encoder({ tagUint8Array: false });
  const values: unknown = new Decoder({ mapsAsObjects: false }).decode(octets);
  return repeated(count, () => encoder.encode(values));
}

function repeated(count: number, once: () => unknown): Labour {
  return {
    count,
    work() {
      for (let index = 0; index < count; index++) once();
    },
  };
}

const SIZES = [3, 1_024, 65_536];
const RELAYED_OCTETS = 1_024;
const FORWARDED_GOAL = 25_000;
/** Octets of payload in one turn, but for bundles that are very small or large. */
const WORK_OCTETS = 4 * 1_048_576;
const ROUNDS = 15;
