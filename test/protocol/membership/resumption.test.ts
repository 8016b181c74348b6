import { describe, expect, it } from 'vitest';
import type { Peer } from '#protocol/membership/peer.ts';
import { type ResumeSecret, ResumeSecrets } from '#protocol/membership/resumption.ts';

const HOUR = 3_600_000_000;
const PEER = {} as Peer;

describe('the resume secrets of a node', () => {
  it('are begun with once the peer surely has them, newest first', () => {
    const secrets = new ResumeSecrets();
    secrets.keep(0, 5, secret(1), undefined, true);
    secrets.keep(0, 5, secret(2), undefined, false);
    expect(secrets.newest(0, 5)?.id).toEqual(secret(1).id);
    expect(secrets.find(0, 5, secret(2).id)?.psk).toEqual(secret(2).psk);
    secrets.confirm(5, secret(2).id);
    expect(secrets.newest(0, 5)?.id).toEqual(secret(2).id);
    secrets.keep(0, 5, secret(3), undefined, true);
    expect(secrets.newest(0, 5)?.id).toEqual(secret(3).id);
  });

  it('are found for their peer only', () => {
    const secrets = new ResumeSecrets();
    secrets.keep(0, 5, secret(1), undefined, true);
    expect(secrets.newest(0, 6)).toBeUndefined();
    expect(secrets.find(0, 6, secret(1).id)).toBeUndefined();
    expect(secrets.find(0, 5, secret(2).id)).toBeUndefined();
  });

  it('are overwritten and gone once used up or forgotten', () => {
    const secrets = new ResumeSecrets();
    const kept = [1, 2, 3, 4].map((n) => secret(n));
    secrets.keep(0, 5, kept[0]!, undefined, true);
    secrets.keep(0, 5, kept[1]!, undefined, true);
    secrets.keep(0, 6, kept[2]!, undefined, true);
    secrets.keep(0, 7, kept[3]!, undefined, true);
    secrets.use(5, kept[0]!.id);
    expect(kept.map(({ psk }) => psk[0])).toEqual([0, 2, 3, 4]);
    expect(secrets.find(0, 5, kept[0]!.id)).toBeUndefined();
    secrets.forget(5);
    expect(kept.map(({ psk }) => psk[0])).toEqual([0, 0, 3, 4]);
    secrets.clear();
    expect(kept.map(({ psk }) => psk[0])).toEqual([0, 0, 0, 0]);
    expect(secrets.newest(0, 6)).toBeUndefined();
  });

  it('end 24 hours after the first contact, however often it was succeeded', () => {
    const secrets = new ResumeSecrets();
    secrets.keep(0, 5, secret(1), undefined, true);
    const first = secrets.newest(0, 5)!;
    secrets.keep(23 * HOUR, 5, secret(2), first, true);
    expect(secrets.newest(24 * HOUR - 1, 5)?.id).toEqual(secret(2).id);
    expect(secrets.newest(24 * HOUR, 5)).toBeUndefined();
  });

  it('are overwritten when their time is over, though nobody asks for them', () => {
    const secrets = new ResumeSecrets();
    const kept = [1, 2].map((n) => secret(n));
    expect(secrets.expiresAt).toBe(Number.POSITIVE_INFINITY);
    secrets.keep(0, 5, kept[0]!, undefined, true);
    secrets.keep(HOUR, 6, kept[1]!, undefined, true);
    expect(secrets.expiresAt).toBe(24 * HOUR);
    secrets.expire(24 * HOUR - 1);
    expect(kept.map(({ psk }) => psk[0])).toEqual([1, 2]);
    secrets.expire(24 * HOUR);
    expect(kept.map(({ psk }) => psk[0])).toEqual([0, 2]);
    expect(secrets.expiresAt).toBe(25 * HOUR);
    secrets.expire(25 * HOUR);
    expect(kept.map(({ psk }) => psk[0])).toEqual([0, 0]);
    expect(secrets.expiresAt).toBe(Number.POSITIVE_INFINITY);
  });

  it('serve 144 successions from one first contact', () => {
    const secrets = new ResumeSecrets();
    secrets.keep(0, 5, secret(0), undefined, true);
    let successions = 0;
    for (let held = secrets.newest(0, 5); held !== undefined; held = secrets.newest(0, 5)) {
      successions++;
      secrets.keep(0, 5, secret(successions), held, true);
      secrets.use(5, held.id);
    }
    expect(successions).toBe(144);
  });

  it('are bounded: four for each peer, and a thousand peers', () => {
    const secrets = new ResumeSecrets();
    const kept = [1, 2, 3, 4, 5, 6].map((n) => secret(n));
    for (const each of kept) secrets.keep(0, 5, each, undefined, true);
    expect(kept.map(({ psk }) => psk[0])).toEqual([0, 0, 3, 4, 5, 6]);
    const candidate = secret(7);
    secrets.keep(0, 5, candidate, undefined, false);
    expect(secrets.find(0, 5, candidate.id)).toBeDefined();
    expect(secrets.newest(0, 5)?.id).toEqual(kept[5]!.id);
    for (let scid = 1_000; scid < 2_024; scid++) {
      secrets.keep(0, scid, secret(8), undefined, true);
    }
    expect(secrets.newest(0, 5)).toBeUndefined();
    expect(secrets.newest(0, 1_000)).toBeDefined();
  });
});

function secret(n: number): ResumeSecret {
  const remoteStatic = new Uint8Array(32);
  return {
    id: new Uint8Array(16).fill(n),
    psk: new Uint8Array(32).fill(n),
    remoteStatic,
    peer: PEER,
  };
}
