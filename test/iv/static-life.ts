/**
 * One random life of a node whose keys are provisioned and outlive it: it seals, its record of
 * numbers is written, late, not at all or just before it dies, and it starts again from what is
 * durable. The record is never set back: with such keys nobody may restore a node (LS-906).
 */

import { NumberLedger } from '#protocol/association/number-ledger.ts';
import { createProtection } from '#protocol/association/protection.ts';
import { StaticSendKey } from '#protocol/association/static-keys.ts';
import type { Aead, CryptoProvider } from '#protocol/crypto/ports.ts';
import { Fault } from '#protocol/fault.ts';
import { SESSION_ASSOCIATION } from '#protocol/frame/sdls.ts';
import { Dice } from '../fuzz/dice.ts';
import { IvLedger } from './iv-ledger.ts';

/** What happened in a life. */
export interface StaticEvents {
  kills: number;
  writes: number;
  seals: number;
  refusals: number;
}

/** Lives life number `n` of a seed; throws where a number comes again under a key. */
export function liveStatic(seed: number, n: number, provider: CryptoProvider): StaticEvents {
  const dice = new Dice(`static ${seed} ${n}`);
  const { aead } = new IvLedger().watch({ ...provider, aead: NO_CIPHER });
  const events = { kills: 0, writes: 0, seals: 0, refusals: 0 };
  const keys = [dice.octets(32), dice.octets(32)];
  const configured = new Uint8Array(12);
  // Near to a carry through many octets, as often as not.
  if (dice.hits(0.5)) configured.fill(0xff, 6, 11);
  let durable: Uint8Array | undefined;
  let pending: Uint8Array | undefined;
  let [ledger, senders] = start(durable, keys, configured, aead);
  for (let step = 0; step < STEPS; step++) {
    const choice = dice.below(100);
    if (choice < 55) seal(dice.pick(senders), burst(dice), events);
    else if (choice < 75) pending ??= ledger.poll();
    else if (choice < 86 && pending !== undefined) {
      events.writes++;
      durable = pending;
      pending = undefined;
      ledger.written();
    } else if (choice < 88 && pending !== undefined) {
      pending = undefined;
      ledger.writeFailed();
      if (dice.hits(0.5)) ledger.tick();
    } else if (choice >= 92) {
      events.kills++;
      // What was under way may have reached the disk, though nobody was told.
      if (dice.hits(0.5)) durable = pending ?? durable;
      pending = undefined;
      [ledger, senders] = start(durable, keys, configured, aead);
    }
  }
  return events;
}

/** Three associations on two keys: the first two share theirs, and its numbers. */
function start(
  record: Uint8Array | undefined,
  keys: readonly Uint8Array[],
  configured: Uint8Array,
  aead: Aead,
): [NumberLedger, StaticSendKey[]] {
  const ledger = NumberLedger.decode(record);
  if (ledger instanceof Fault) throw new Error(ledger.key);
  const senders = [0, 0, 1].map((which, at) => {
    const key = keys[which] as Uint8Array;
    const counter = ledger.counter(key, configured);
    if (counter instanceof Fault) throw new Error(counter.key);
    const protection = createProtection('aes-256-gcm', key, 16, aead);
    return new StaticSendKey(5 + at, protection, SESSION_ASSOCIATION, counter);
  });
  return [ledger, senders];
}

function burst(dice: Dice): number {
  return dice.hits(0.02) ? 40_000 : dice.below(200);
}

function seal(sender: StaticSendKey, count: number, events: StaticEvents): void {
  for (let n = 0; n < count; n++) {
    if (sender.seal(AAD, NOTHING, OUT, 2, 14) === undefined) events.seals++;
    else events.refusals++;
  }
}

/** Numbers are what matters here. */
const NO_CIPHER: Aead = {
  key: () => ({ seal: () => {}, open: () => new Uint8Array(0), erase: () => {} }),
  cmac: () => new Uint8Array(16),
  decryptCbc: () => new Uint8Array(0),
  wrapKey: () => new Uint8Array(0),
  unwrapKey: () => new Uint8Array(0),
};
const STEPS = 120;
const NOTHING = new Uint8Array(0);
const AAD = new Uint8Array(14);
const OUT = new Uint8Array(30);
