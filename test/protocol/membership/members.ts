/** Memberships that are ready, for tests that are about something else. */
import type { CryptoProvider, Random } from '#protocol/crypto/ports.ts';
import type { MembershipOutput } from '#protocol/membership/contract.ts';
import type { Credentials } from '#protocol/membership/credentials.ts';
import { Membership } from '#protocol/membership/membership.ts';

/** A node in the given boot. */
export function memberOf(
  credentials: Credentials,
  boot: number,
  provider: CryptoProvider,
  random: Random,
): Membership {
  const records = new Map();
  const membership = new Membership({ credentials, provider, random, records, bootMin: boot });
  settle(membership);
  return membership;
}

/** Makes everything durable that the membership asks for; what it tells. */
export function settle(membership: Membership, now = 0): MembershipOutput[] {
  const told: MembershipOutput[] = [];
  for (let output = membership.poll(); output !== undefined; output = membership.poll()) {
    if (output.kind === 'persist') membership.written(now, output.record);
    else told.push(output);
  }
  return told;
}
