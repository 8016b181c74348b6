/** Chance in when things happen, so that what began together does not go on together. */
import type { Random } from './crypto/ports.ts';

/** `intervalUs`, made longer or shorter by at most `share` of itself; in whole microseconds. */
export function jittered(intervalUs: number, share: number, random: Random): number {
  const [high, low] = random.octets(2);
  const fraction = (high! * 256 + low!) / 0xffff;
  return Math.round(intervalUs * (1 - share + 2 * share * fraction));
}
