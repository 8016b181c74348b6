import { describe, expect, it } from 'vitest';
import { BOOT_OLD } from '#protocol/membership/faults.ts';
import type { KeyStatement } from '#protocol/membership/key-statement.ts';
import { PeerBoots } from '#protocol/membership/peer-boots.ts';

describe('the memory of boots', () => {
  it('holds 4096 peers and then forgets the one that has been silent longest', () => {
    const boots = new PeerBoots();
    for (let peer = 0; peer < 4096; peer++) boots.remember(idOf(peer), statementOf(2));
    boots.remember(idOf(0), statementOf(3));
    expect(boots.check(idOf(1), statementOf(1))).toBe(BOOT_OLD);
    boots.remember(idOf(4096), statementOf(2));
    expect(boots.check(idOf(0), statementOf(2))).toBe(BOOT_OLD);
    expect(boots.check(idOf(1), statementOf(1))).toBeUndefined();
  });
});

function idOf(peer: number): Uint8Array {
  return Uint8Array.of(peer >> 8, peer);
}

function statementOf(boot: number): KeyStatement {
  const staticPublicKey = new Uint8Array(32);
  return { constellationId: new Uint8Array(16), staticPublicKey, epoch: 1, boot };
}
