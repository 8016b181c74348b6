/** What a node keeps over power cuts: its boot number and the newest statement. */
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { createAuthority } from '#harness/authority/authority.ts';
import { MemoryVault } from '#node/adapters/memory-vault.ts';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { Journal } from '#node/journal.ts';
import { Keeper } from '#node/keeper.ts';
import type { VaultRecords } from '#node/ports.ts';
import { CborReader } from '#protocol/bytes/cbor-reader.ts';
import { toHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import { decodeKeyStatement, type KeyStatement } from '#protocol/membership/key-statement.ts';
import { Membership } from '#protocol/membership/membership.ts';
import { PeerBoots } from '#protocol/membership/peer-boots.ts';
import { Admission } from '#protocol/session/admission.ts';
import { TestRandom } from '../protocol/session/endpoint.ts';

describe('a node that loses power', () => {
  it('A25: before and after each write of its boot number never uses one twice', () => {
    for (const reached of [0, 1]) {
      const life = new Life(new Map());
      expect([life.vault.waiting, life.membership.ready]).toEqual([1, false]);
      const next = new Life(life.vault.afterPowerCut(reached));
      next.vault.flush();
      next.turn();
      expect(next.membership.identity.boot).toBe(1 + reached);
      const after = new Life(next.vault.afterPowerCut());
      after.vault.flush();
      after.turn();
      expect(after.membership.identity.boot).toBe(2 + reached);
    }
  });

  it.each([
    ['neither', 0, 1, 1],
    ['the statement', 1, 2, 1],
    ['both', 2, 2, 2],
  ])('A25: between a statement and the boot of its epoch finds %s', (_, reached, serial, boot) => {
    const { statements, credentials } = constellation();
    const life = new Life(new Map(), credentials);
    life.vault.flush();
    life.turn();
    life.membership.adopt(statements[0] as Uint8Array);
    life.turn();
    expect(life.vault.waiting).toBe(2);
    const found = new Life(life.vault.afterPowerCut(reached), credentials);
    expect(found.membership.statement.serial).toBe(serial);
    found.vault.flush();
    found.turn();
    expect(found.membership.identity.boot).toBe(boot + 1);
  });

  it('A25: does not start on a boot number that it cannot write', () => {
    const life = new Life(new Map());
    life.vault.flush('write-failed');
    life.turn();
    expect(life.membership.ready).toBe(false);
    expect(life.told).toContain('record-unwritten');
    life.at = 60_000_000;
    life.membership.tick(life.at);
    life.turn();
    life.vault.flush();
    life.turn();
    expect([life.membership.ready, life.membership.identity.boot]).toEqual([true, 1]);
  });

  it('A25: at any moment of any life has used no boot twice, and its boot never falls', () => {
    const { statements, credentials } = constellation();
    const event = fc.oneof(
      { weight: 5, arbitrary: fc.constant('flush' as const) },
      { weight: 1, arbitrary: fc.constant('fail' as const) },
      { weight: 2, arbitrary: fc.constant('adopt' as const) },
      { weight: 1, arbitrary: fc.constant('wait' as const) },
      { weight: 3, arbitrary: fc.nat(4) },
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        let life = new Life(new Map(), credentials);
        let news = 0;
        const used: number[] = [];
        for (const happens of events) {
          if (happens === 'adopt') {
            const octets = statements[news++ % statements.length] as Uint8Array;
            life.membership.adopt(octets);
          } else if (happens === 'wait') {
            life.at += 61_000_000;
            life.membership.tick(life.at);
          } else if (typeof happens === 'number') {
            used.push(...life.boots);
            life = new Life(life.vault.afterPowerCut(happens), credentials);
          } else if (life.vault.waiting > 0) {
            life.vault.flush(happens === 'flush' ? 'written' : 'write-failed');
          }
          life.turn();
          const { membership, vault } = life;
          if (!membership.ready) continue;
          // Whatever is signed with is on the disk.
          expect(bootIn(vault.records)).toBeGreaterThanOrEqual(membership.identity.boot);
        }
        used.push(...life.boots);
        expect(used).toEqual([...new Set(used)].sort((a, b) => a - b));
      }),
      { numRuns: 150 },
    );
  });

  it('A26: has other keys in each copy of one snapshot, and peers tell the copies apart', () => {
    const secrets: string[] = [];
    const { x25519Key } = nativeProvider.curve;
    const spy = vi.spyOn(nativeProvider.curve, 'x25519Key').mockImplementation((privateKey) => {
      secrets.push(toHex(privateKey));
      return x25519Key(privateKey);
    });
    const first = new Life(new Map());
    first.vault.flush();
    first.turn();
    const snapshot = first.vault.records;
    const twins = [1, 2].map((seed) => {
      const twin = new Life(snapshot, undefined, seed);
      twin.vault.flush();
      twin.turn();
      return twin.membership.identity;
    });
    expect(twins.map(({ boot }) => boot)).toEqual([2, 2]);
    const keys = [first.membership.identity, ...twins].map(({ staticKey }) => staticKey);
    expect(new Set(keys.map(({ publicKey }) => toHex(publicKey))).size).toBe(3);
    const seen = new PeerBoots();
    const id = new Uint8Array(16);
    const [one, other] = twins.map(({ keyStatement }) => {
      const read = decodeKeyStatement(keyStatement);
      if (read instanceof Fault) throw new Error(read.key);
      return read.statement;
    }) as [KeyStatement, KeyStatement];
    seen.remember(id, one);
    expect(seen.check(id, one)).toBeUndefined();
    expect(seen.check(id, other)).toHaveProperty('code', 'hks-key');
    // Nothing that is kept holds a key.
    const kept = [...snapshot.values()].map(toHex).join(' ');
    spy.mockRestore();
    expect(secrets).toHaveLength(3);
    for (const secret of secrets) expect(kept).not.toContain(secret);
  });
});

/** One life of a node, from power on to power off. */
class Life {
  readonly vault: MemoryVault;
  readonly membership: Membership;
  readonly told: string[] = [];
  /** Every boot of this life, in order. */
  readonly boots: number[] = [];
  at = 0;
  readonly #keeper: Keeper;
  readonly #journal = new Journal();

  constructor(records: VaultRecords, credentials = constellation().credentials, seed = 0) {
    const random = new TestRandom(`keeper ${seed}`);
    this.vault = new MemoryVault(records, 'held');
    const means = { credentials, provider: nativeProvider, random, records };
    this.membership = new Membership({ ...means, bootMin: 1 });
    const ports = { vault: this.vault, random };
    const admission = new Admission(credentials, nativeProvider, random);
    const shared = { membership: this.membership, admission };
    this.#keeper = new Keeper(shared, undefined, ports, this.#journal);
    this.vault.completed$.subscribe((completion) => this.#keeper.completed(this.at, completion));
    this.#journal.notices$.subscribe((notice) => {
      this.told.push(notice.kind);
      if (notice.kind === 'boot') this.boots.push(notice.boot);
    });
    this.turn();
  }

  turn(): void {
    while (this.#keeper.turn(this.at) !== undefined);
    while (this.#journal.tell());
  }
}

function bootIn(records: VaultRecords): number {
  return new CborReader(records.get('boot') as Uint8Array).uint() as number;
}

/** What an authority gave one node, and its next statements: every other one begins an epoch. */
function constellation() {
  const random = new TestRandom('constellation');
  const options = { name: 'keeper', provider: nativeProvider, random, testEquipment: true };
  const authority = createAuthority(options);
  const credentials = authority.issue({ eid: 'ipn:1.0', scids: [1], roles: 1 });
  const statements = [0, 1, 2, 3, 4, 5].map((n) =>
    n % 2 === 0 ? authority.advanceEpoch().octets : authority.addIssuer().octets,
  );
  return { credentials, statements };
}
