import { describe, expect, it } from 'vitest';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { KEY_ERASED } from '#protocol/crypto/faults.ts';
import { Fault } from '#protocol/fault.ts';
import type { MembershipOptions, MembershipOutput } from '#protocol/membership/contract.ts';
import { decodeKeyStatement } from '#protocol/membership/key-statement.ts';
import { Membership } from '#protocol/membership/membership.ts';
import { type ConstellationStatement, signStatement } from '#protocol/membership/statement.ts';
import { TestRandom } from '../session/endpoint.ts';
import { credentialsOf, VECTORS } from '../session/link-handshake-vectors.ts';
import { memberOf, settle } from './members.ts';

const { curve } = nativeProvider;
const ROOT = fromHex(VECTORS.root_private);
const credentials = credentialsOf('initiator');
const SECOND = 1_000_000;

describe('a boot', () => {
  it('is durable before anything is signed with it (LS-1501)', () => {
    const membership = create();
    expect(membership.ready).toBe(false);
    expect(() => membership.identity).toThrow('durable');
    expect(membership.poll()).toMatchObject({ kind: 'persist', record: 'boot' });
    expect(membership.ready).toBe(false);
    membership.written(0, 'boot');
    expect([membership.ready, membership.identity.boot]).toEqual([true, 1]);
    expect(settle(membership)).toEqual([{ kind: 'boot', boot: 1 }]);
  });

  it('is one above the last that the vault knows, and no lower than the operator says', () => {
    const first = create({ bootMin: 40 });
    const records = recordsOf(first);
    settle(first);
    expect(first.identity.boot).toBe(40);
    expect(booted({ records, bootMin: 40 }).identity.boot).toBe(41);
    expect(booted({ records, bootMin: 1 }).identity.boot).toBe(41);
    expect(booted({ records, bootMin: 90 }).identity.boot).toBe(90);
  });

  it('that cannot be written is tried again, and gives no identity until it is', () => {
    const membership = create();
    membership.poll();
    membership.unwritten(3 * SECOND, 'boot');
    expect(drain(membership)).toEqual([{ kind: 'unwritten', record: 'boot' }]);
    expect(membership.deadline()).toMatchObject({ at: 63 * SECOND });
    membership.tick(62 * SECOND);
    expect(membership.poll()).toBeUndefined();
    membership.tick(63 * SECOND);
    expect(membership.ready).toBe(false);
    expect(settle(membership)).toEqual([{ kind: 'boot', boot: 1 }]);
  });

  it('follows when the epoch changes, with a new static key and the old one for a while', () => {
    const membership = booted();
    const before = membership.identity;
    membership.adopt(signed({ serial: 120, epoch: 8 }));
    expect(membership.identity, 'until the boot is durable').toBe(before);
    expect(settle(membership, 10 * SECOND)).toEqual([
      { kind: 'adopted', epoch: 8, serial: 120 },
      { kind: 'boot', boot: 2 },
    ]);
    const { keyStatement, staticKey } = membership.identity;
    const read = decodeKeyStatement(keyStatement);
    expect(read).toMatchObject({ statement: { epoch: 8, boot: 2 } });
    expect(staticKey.publicKey).not.toEqual(before.staticKey.publicKey);
    const shared = () => before.staticKey.shared(staticKey.publicKey);
    expect(shared(), 'handshakes under way may end').toBeInstanceOf(Uint8Array);
    expect(membership.deadline()).toMatchObject({ at: 310 * SECOND });
    membership.tick(310 * SECOND);
    expect(shared()).toBe(KEY_ERASED);
    expect(membership.deadline()).toBeUndefined();
  });

  it('is raised once when two epochs come at once', () => {
    const membership = booted();
    membership.adopt(signed({ serial: 120, epoch: 8 }));
    membership.adopt(signed({ serial: 121, epoch: 9 }));
    settle(membership);
    expect(membership.identity.boot).toBe(2);
    const read = decodeKeyStatement(membership.identity.keyStatement);
    expect(read).toMatchObject({ statement: { epoch: 9, boot: 2 } });
  });
});

describe('a statement', () => {
  it('with a higher serial is adopted, kept and told', () => {
    const membership = booted();
    const octets = signed({ serial: 120, revoked: new Set(['00'.repeat(16)]) });
    expect(membership.adopt(octets)).toBe('adopted');
    expect(membership.statement).toMatchObject({ serial: 120, epoch: VECTORS.epoch });
    expect(drain(membership)).toEqual([
      { kind: 'adopted', epoch: VECTORS.epoch, serial: 120 },
      { kind: 'persist', record: 'statement', octets },
    ]);
  });

  it('A13: that is older, or the same, is ignored without a word', () => {
    const membership = booted();
    expect(membership.adopt(signed({ serial: 1 }))).toBe('older');
    expect(membership.adopt(membership.statementOctets.slice())).toBe('known');
    expect(membership.poll()).toBeUndefined();
    expect(membership.statement.serial).toBe(VECTORS.statement_serial);
  });

  it('A13: with the serial held but other octets raises an alarm, once for each', () => {
    const membership = booted();
    const fork = signed({ serial: VECTORS.statement_serial, epoch: 9 });
    for (let time = 0; time < 3; time++) {
      expect(membership.adopt(fork)).toHaveProperty('code', 'statement-forked');
    }
    expect(drain(membership)).toEqual([{ kind: 'forked', serial: VECTORS.statement_serial }]);
    expect(membership.statement.epoch).toBe(VECTORS.epoch);
    const other = signed({ serial: VECTORS.statement_serial, epoch: 10 });
    expect(membership.adopt(other)).toHaveProperty('code', 'statement-forked');
    expect(drain(membership)).toHaveLength(1);
  });

  it('A13: of a wrong root, a lower epoch or no signature changes nothing', () => {
    const membership = booted();
    const damaged = signed({ serial: 130 });
    damaged[damaged.length - 1]! ^= 1;
    const refusals = [
      [signed({ serial: 130 }, new Uint8Array(32).fill(3)), 'issuer-unknown'],
      [signed({ serial: 130, epoch: VECTORS.epoch - 1 }), 'epoch-old'],
      [signed({ serial: 130, constellationId: new Uint8Array(16) }), 'constellation'],
      [damaged, 'cert-sig'],
      [Uint8Array.of(1, 2, 3), 'cbor'],
    ] as const;
    for (const [octets, code] of refusals) {
      const verdict = membership.adopt(octets);
      expect(verdict).toBeInstanceOf(Fault);
      expect(verdict).toHaveProperty('code', code);
    }
    expect(membership.poll()).toBeUndefined();
    expect(membership.adopt(signed({ serial: 130 })), 'and the true one is').toBe('adopted');
  });

  it('is there again after a restart, and yields to a newer one in the credentials', () => {
    const octets = signed({ serial: 120 });
    const records = new Map([['statement', octets]]);
    expect(booted({ records }).statement.serial).toBe(120);
    const newer = { ...credentials, statement: signed({ serial: 121 }) };
    expect(booted({ records, credentials: newer }).statement.serial).toBe(121);
  });

  it('that cannot be written holds all the same, and is written again', () => {
    const membership = booted();
    const octets = signed({ serial: 120 });
    membership.adopt(octets);
    drain(membership);
    membership.unwritten(0, 'statement');
    drain(membership);
    membership.tick(60 * SECOND);
    expect(membership.statement.serial).toBe(120);
    expect(drain(membership)).toEqual([{ kind: 'persist', record: 'statement', octets }]);
  });

  it('that the caller changes afterwards is not changed here', () => {
    const membership = booted();
    const octets = signed({ serial: 120 });
    const text = toHex(octets);
    membership.adopt(octets);
    octets.fill(0);
    expect(toHex(membership.statementOctets)).toBe(text);
  });
});

describe('the boots of peers', () => {
  it('are written once a minute at most, and are there after a restart', () => {
    const membership = booted();
    const id = new Uint8Array(16).fill(1);
    const seen = (boot: number) => ({
      constellationId: credentials.constellationId,
      staticPublicKey: new Uint8Array(32).fill(boot),
      epoch: 7,
      boot,
    });
    membership.peerBoots.remember(id, seen(3));
    membership.tick(0);
    membership.peerBoots.remember(id, seen(4));
    membership.tick(SECOND);
    expect(drain(membership)).toHaveLength(1);
    expect(membership.deadline()).toMatchObject({ at: 60 * SECOND });
    membership.tick(60 * SECOND);
    const [written] = drain(membership);
    if (written?.kind !== 'persist') throw new Error('written');
    expect(written.record).toBe('peer-boots');
    membership.tick(200 * SECOND);
    expect(membership.poll()).toBeUndefined();

    const { peerBoots } = booted({ records: new Map([['peer-boots', written.octets]]) });
    expect(peerBoots.check(id, seen(3))).toHaveProperty('code', 'boot-old');
    expect(peerBoots.check(id, seen(4))).toBeUndefined();
    expect(peerBoots.check(id, { ...seen(4), staticPublicKey: id })).toHaveProperty('code');
  });
});

describe('dates', () => {
  const year = { notBeforeS: 1_767_225_600, expiresAtS: 1_798_761_600 };
  const inside = 1_780_000_000_000;

  it.each([
    ['before', 0],
    ['after', 4_000_000_000_000],
  ])(
    'A36: %s the time of a certificate are only told when the clock is not known',
    (_, epochUnixMs) => {
      for (const clock of [{ epochUnixMs }, { epochUnixMs, clockErrorMs: 3_600_000 }]) {
        const membership = booted(clock);
        expect(membership.judgeDates({ ...membership.certificate, ...year })).toBeUndefined();
        const { subject: eid } = membership.certificate;
        expect(drain(membership)).toEqual([{ kind: 'out-of-date', eid }]);
      }
      const sure = booted({ epochUnixMs, clockErrorMs: 3_599_999 });
      const verdict = sure.judgeDates({ ...sure.certificate, ...year });
      expect(verdict).toHaveProperty('code', 'cert-dates');
    },
  );

  it('that fit are no matter, and those of a node without a clock are none at all', () => {
    for (const clock of [{ epochUnixMs: inside, clockErrorMs: 1 }, {}]) {
      const membership = booted(clock);
      expect(membership.judgeDates({ ...membership.certificate, ...year })).toBeUndefined();
      expect(membership.poll()).toBeUndefined();
    }
  });

  it('are those of the moment, as the node counts it', () => {
    const membership = booted({ epochUnixMs: 1_798_761_600_000 - 5_000, clockErrorMs: 1 });
    const certificate = { ...membership.certificate, ...year };
    expect(membership.judgeDates(certificate)).toBeUndefined();
    membership.tick(6 * SECOND);
    expect(membership.judgeDates(certificate)).toHaveProperty('code', 'cert-dates');
  });
});

describe('a membership', () => {
  it('is not made from credentials that contradict themselves', () => {
    const make = (change: object) => () => create({ credentials: { ...credentials, ...change } });
    const { identityPrivateKey } = credentialsOf('responder');
    expect(make({ identityPrivateKey })).toThrow('own key');
    expect(make({ certificate: new Uint8Array(8) })).toThrow('well-formed');
    expect(make({ rootPublicKeys: [new Uint8Array(32)] })).toThrow('signed by a root');
  });

  it('A26: made twice from one snapshot of its records has other keys in each', () => {
    const records = recordsOf(create());
    const twins = [1, 2].map((seed) => {
      const membership = create({ records, random: new TestRandom(`twin ${seed}`) });
      settle(membership);
      return membership;
    });
    const original = memberOf(credentials, 1, nativeProvider, new TestRandom('original'));
    const keys = [original, ...twins].map((one) => toHex(one.identity.staticKey.publicKey));
    expect(new Set(keys).size).toBe(3);
    expect(twins.map(({ identity }) => identity.boot)).toEqual([2, 2]);
  });
});

function create(change: Partial<MembershipOptions> = {}): Membership {
  return new Membership({
    credentials,
    provider: nativeProvider,
    random: new TestRandom('membership'),
    records: new Map(),
    bootMin: 1,
    ...change,
  });
}

function booted(change: Partial<MembershipOptions> = {}): Membership {
  const membership = create(change);
  settle(membership);
  return membership;
}

/** What the vault holds once the first boot of a membership is durable. */
function recordsOf(membership: Membership): Map<string, Uint8Array> {
  const output = membership.poll();
  if (output?.kind !== 'persist') throw new Error('the boot comes first');
  membership.written(0, output.record);
  return new Map([[output.record, output.octets]]);
}

function drain(membership: Membership): MembershipOutput[] {
  const outputs: MembershipOutput[] = [];
  for (let output = membership.poll(); output !== undefined; output = membership.poll()) {
    outputs.push(output);
  }
  return outputs;
}

function signed(change: Partial<ConstellationStatement>, root = ROOT): Uint8Array {
  const { statement } = booted();
  return signStatement({ ...statement, ...change }, curve.ed25519Key(root));
}
