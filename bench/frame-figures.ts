/**
 * Sealed frames against raw AES-256-GCM of the same provider over as many octets. A frame is a
 * whole one: header, data field, security header and trailer, FECF; opening it checks all of them,
 * and the replay window too.
 */
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { nobleProvider } from '#protocol/crypto/noble.ts';
import type { CryptoProvider } from '#protocol/crypto/ports.ts';
import type { Figure } from './figures.ts';
import { AAD_OCTETS, FramePair } from './frame-pair.ts';
import { RAW_AEAD, type RawSealed, setCounter } from './raw-aead.ts';
import { type Labour, labour, median, medianRatio } from './rounds.ts';

/** Both directions, both providers, three sizes. */
export function frameFigures(): Figure[] {
  const figures: Figure[] = [];
  for (const provider of [nativeProvider, nobleProvider]) {
    for (const octets of SIZES) {
      const goal = provider === nativeProvider && octets === 1_024 ? { goalMin: GOAL } : {};
      const about = `${provider.name}, ${octets.toLocaleString('en')} octets`;
      const rates = labour(ROUNDS, entrants(provider, octets));
      const [rawSeals, seals, rawOpens, opens] = rates as [number[], number[], number[], number[]];
      figures.push(
        { what: `raw seals, ${about}`, measured: median(rawSeals), unit: 'seals/s' },
        { what: '  sealed frames', measured: median(seals), unit: 'frames/s' },
        { what: '  of raw', measured: 100 * medianRatio(seals, rawSeals), unit: '%', ...goal },
        { what: `raw opens, ${about}`, measured: median(rawOpens), unit: 'opens/s' },
        { what: '  opened frames', measured: median(opens), unit: 'frames/s' },
        { what: '  of raw', measured: 100 * medianRatio(opens, rawOpens), unit: '%', ...goal },
      );
    }
  }
  return figures;
}

function entrants(provider: CryptoProvider, octets: number): Labour[] {
  const key = new Uint8Array(32).fill(7);
  const raw = RAW_AEAD[provider.name](key);
  const pair = new FramePair(provider, key, octets);
  const count = provider === nativeProvider ? 2_048 : 256;
  const iv = new Uint8Array(12);
  const aad = new Uint8Array(AAD_OCTETS);
  const plaintext = new Uint8Array(octets);
  let counter = 0;
  const rawSeals = (): void => {
    for (let index = 0; index < count; index++) {
      setCounter(iv, ++counter);
      raw.seal(iv, aad, plaintext);
    }
  };
  const seals = (): void => {
    for (let index = 0; index < count; index++) pair.seal();
  };
  // The octets of real frames, each read for the first time, as those that are opened are.
  let frames: Uint8Array[] = [];
  let messages: RawSealed[] = [];
  const prepare = (): void => {
    frames = Array.from({ length: count }, () => pair.seal());
    messages = frames.map(messageOf);
  };
  const rawOpens = (): void => {
    for (const message of messages) raw.open(message);
  };
  const opens = (): void => {
    for (const frame of frames) pair.open(frame);
  };
  return [
    { count, work: rawSeals },
    { count, work: seals },
    { count, prepare, work: rawOpens },
    { count, prepare, work: opens },
  ];
}

/** What a frame with a FECF of two octets asks of AES-GCM. Its IV is no part of the AAD. */
function messageOf(frame: Uint8Array): RawSealed {
  const aad = frame.slice(0, AAD_OCTETS).fill(0, AAD_OCTETS - 12);
  const [tagAt, end] = [frame.length - 18, frame.length - 2];
  return {
    iv: frame.subarray(AAD_OCTETS - 12, AAD_OCTETS),
    aad,
    ciphertext: frame.subarray(AAD_OCTETS, tagAt),
    tag: frame.subarray(tagAt, end),
    sealed: frame.subarray(AAD_OCTETS, end),
  };
}

const SIZES = [256, 1_024, 8_192];
const GOAL = 70;
const ROUNDS = 31;
