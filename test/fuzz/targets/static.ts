/** Provisioned keys: their frames and the record of their numbers. */
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { NumberLedger } from '#protocol/association/number-ledger.ts';
import { createProtection, type Suite } from '#protocol/association/protection.ts';
import { type StaticFields, StaticReceiveKey } from '#protocol/association/static-keys.ts';
import { concat } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import { accepted, decoder, promise, same, type Target } from '../target.ts';

const ONE = Uint8Array.of(1);
const TWELVE = new Uint8Array(12);
const AAD = new Uint8Array(6);
const KEY = new Uint8Array(32).fill(3);
const SUITES: readonly [Suite, Omit<StaticFields, 'mask' | 'padLengthOctets'>][] = [
  ['aes-256-gcm', { ivOctets: 12, sequenceNumberOctets: 0, macOctets: 16 }],
  ['aes-256-gcm', { ivOctets: 12, sequenceNumberOctets: 4, macOctets: 16 }],
  ['aes-256-ctr', { ivOctets: 12, sequenceNumberOctets: 0, macOctets: 0 }],
  ['aes-256-cbc', { ivOctets: 16, sequenceNumberOctets: 0, macOctets: 0 }],
  ['aes-256-cmac', { ivOctets: 0, sequenceNumberOctets: 4, macOctets: 16 }],
];

export const STATIC_TARGETS: readonly Target[] = [
  ...SUITES.map(([suite, fields], at): Target => {
    const name = `StaticReceiveKey.open ${suite} ${fields.sequenceNumberOctets}`;
    return {
      name,
      covers: at === 0 ? ['StaticReceiveKey.open'] : [],
      corpus: sealedFrames(suite, fields),
      streak: 64,
      weight: 2,
      start: () => feedKey(suite, fields),
    };
  }),
  decoder('NumberLedger.decode', records(), (octets) =>
    accepted(NumberLedger.decode(octets), (ledger) => {
      const [counter, mark] = [ledger.counter(KEY, TWELVE), ledger.mark(KEY, TWELVE)];
      if (counter instanceof Fault || mark instanceof Fault) return;
      const record = ledger.poll();
      promise(record !== undefined, 'a key that is new is written down');
      const again = NumberLedger.decode(record);
      promise(!(again instanceof Fault), 'what is written can be read');
      same((record as Uint8Array).subarray(0, 1), octets.length > 0 ? octets.subarray(0, 1) : ONE);
    }),
  ),
];

/** Numbers, then data and MAC; a frame is taken once. */
function feedKey(
  suite: Suite,
  partial: Omit<StaticFields, 'mask' | 'padLengthOctets'>,
): (octets: Uint8Array) => boolean {
  const fields = { ...partial, mask: undefined, padLengthOctets: 0 };
  const { ivOctets, sequenceNumberOctets, macOctets } = fields;
  const ledger = NumberLedger.decode(undefined);
  promise(!(ledger instanceof Fault), 'nothing is an empty ledger');
  const width = sequenceNumberOctets > 0 ? sequenceNumberOctets : ivOctets;
  const mark = (ledger as NumberLedger).mark(KEY, new Uint8Array(width));
  if (mark instanceof Fault) throw new Error(mark.key);
  const protection = createProtection(suite, KEY, macOctets, nativeProvider.aead);
  const key = new StaticReceiveKey(5, protection, fields, mark, 1_000);
  const numbers = ivOctets + sequenceNumberOctets;
  const taken = new Set<string>();
  return (octets) => {
    if (octets.length < numbers) return false;
    const number = octets.subarray(0, numbers);
    return accepted(key.open(number, AAD, octets.subarray(numbers)), () => {
      const name = (sequenceNumberOctets > 0 ? number.subarray(ivOctets) : number).join();
      promise(!protection.counts || !taken.has(name), 'a number is taken once');
      taken.add(name);
    });
  };
}

function sealedFrames(
  suite: Suite,
  { ivOctets, sequenceNumberOctets, macOctets }: Omit<StaticFields, 'mask' | 'padLengthOctets'>,
): Uint8Array[] {
  const protection = createProtection(suite, KEY, macOctets, nativeProvider.aead);
  return Array.from({ length: 40 }, (_, at) => {
    const numbers = new Uint8Array(ivOctets + sequenceNumberOctets);
    if (ivOctets > 0) numbers[ivOctets - 1] = at + 1;
    if (sequenceNumberOctets > 0) numbers[numbers.length - 1] = at + 1;
    const data = new Uint8Array(32).fill(at);
    const sealed = new Uint8Array(32 + macOctets);
    if (suite === 'aes-256-cbc') return concat([numbers, data]);
    protection.seal(numbers.subarray(0, ivOctets), AAD, data, sealed, 0);
    return concat([numbers, sealed]);
  });
}

function records(): Uint8Array[] {
  const ledger = NumberLedger.decode(undefined) as NumberLedger;
  const found: Uint8Array[] = [ONE];
  for (let n = 0; n < 3; n++) {
    ledger.counter(new Uint8Array(32).fill(n), new Uint8Array(12));
    ledger.mark(new Uint8Array(32).fill(n), new Uint8Array(4));
    found.push(ledger.poll() as Uint8Array);
    ledger.written();
  }
  return found;
}
