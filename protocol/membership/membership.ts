/**
 * What a node knows of its constellation, and how that changes: its own certificate, the newest
 * statement, the boot it is in, the boots of its peers. One for each node; all its links share it.
 *
 *   new ──▶ raising ── boot is durable ──▶ ready ── a statement of a later epoch ──▶ raising, still
 *              │                                                                     ready
 *              └── boot cannot be written: told, and tried again; no identity until then
 *
 * A boot number is durable before anything is signed with it (LS-504, LS-1501), so no boot is ever
 * used twice, whenever the machine stops. Sessions, keys and counters are never durable.
 *
 * Source: link-security §5, §13, §14, §15.
 */
import { assert } from '../assert.ts';
import { CborReader } from '../bytes/cbor-reader.ts';
import { CborWriter } from '../bytes/cbor-writer.ts';
import { equal } from '../bytes/octets.ts';
import type { Ed25519Key } from '../crypto/ports.ts';
import { Fault } from '../fault.ts';
import { Fifo } from '../fifo.ts';
import { type Deadline, type Instant, type Machine, MICROSECONDS_PER_S } from '../machine.ts';
import { type BootIdentity, createBootIdentity } from './boot-identity.ts';
import { type Certificate, decodeCertificate } from './certificate.ts';
import type { MembershipOptions, MembershipOutput, MembershipRecord, Verdict } from './contract.ts';
import { CERT_DATES, EPOCH_OLD, STATEMENT_FORKED } from './faults.ts';
import { PeerBoots } from './peer-boots.ts';
import { SpiPool } from './spi-pool.ts';
import { type ConstellationStatement, verifyStatement } from './statement.ts';

/** The machine. Its owner drains `poll` after every verb of this or of a link that shares it. */
export class Membership implements Machine<MembershipOutput> {
  /** The node's own. */
  readonly certificate: Certificate;
  readonly spis: SpiPool;
  readonly peerBoots: PeerBoots;
  readonly #options: MembershipOptions;
  readonly #identityKey: Ed25519Key;
  #statement: ConstellationStatement;
  #statementOctets: Uint8Array;
  #identity: BootIdentity | undefined = undefined;
  /** The one before, for handshakes under way. */
  #retired: BootIdentity | undefined = undefined;
  #retiredUntil: Instant = Number.POSITIVE_INFINITY;
  #boot: number;
  #raising = false;
  #now: Instant = 0;
  /** Records to write again at `#retryAt`. Bounded by the records there are. */
  readonly #failed = new Set<MembershipRecord>();
  #retryAt: Instant = Number.POSITIVE_INFINITY;
  #peerBootsDueAt: Instant = 0;
  /** Serial and octets of the last fork told. */
  #fork: Uint8Array | undefined = undefined;
  /** Bounded by the outputs of one verb. */
  readonly #outputs = new Fifo<MembershipOutput>();

  /** Begins the raise of the boot number: `ready` once the owner has made it durable. */
  constructor(options: MembershipOptions) {
    const { credentials, provider, random, records, bootMin } = options;
    const { constellationId, rootPublicKeys, identityPrivateKey } = credentials;
    const { curve } = provider;
    const decoded = decodeCertificate(credentials.certificate);
    assert(!(decoded instanceof Fault), 'the own certificate is well-formed');
    this.certificate = decoded.certificate;
    this.#identityKey = curve.ed25519Key(identityPrivateKey);
    const { publicKey } = this.#identityKey;
    assert(equal(this.certificate.publicKey, publicKey), 'the own certificate is for the own key');
    this.#statementOctets = credentials.statement;
    const statement = verifyStatement(
      credentials.statement,
      rootPublicKeys,
      constellationId,
      curve,
    );
    assert(!(statement instanceof Fault), 'the constellation statement is signed by a root');
    this.#statement = statement;
    this.#options = options;
    this.spis = new SpiPool(random);
    this.peerBoots = new PeerBoots(records.get('peer-boots'));
    this.#boot = Math.max(decodeBoot(records.get('boot')), bootMin - 1);
    const kept = records.get('statement');
    if (kept && this.#consider(kept) === STATEMENT_FORKED) this.#tellFork(kept);
    this.#raise();
  }

  /** The newest constellation statement. */
  get statement(): ConstellationStatement {
    return this.#statement;
  }

  /** Its COSE_Sign1 octets; not to be changed. */
  get statementOctets(): Uint8Array {
    return this.#statementOctets;
  }

  /** Whether there is an identity: without one no handshake may begin. */
  get ready(): boolean {
    return this.#identity !== undefined;
  }

  /** The highest boot that was ever used or is about to be. */
  get bootMax(): number {
    return this.#boot;
  }

  /** The boot that the node is in. */
  get identity(): BootIdentity {
    assert(this.#identity !== undefined, 'the boot number is durable before it is used');
    return this.#identity;
  }

  /**
   * Takes a statement from anywhere; its octets are copied if they are kept. Faults, which change
   * nothing: those of `verifyStatement`, `session.epoch-old` when the serial rises and the epoch
   * falls, `session.statement-forked`. Source: LS-1301.
   */
  adopt(octets: Uint8Array): Verdict | Fault {
    const before = this.#statement;
    const verdict = this.#consider(octets);
    if (verdict === STATEMENT_FORKED) this.#tellFork(octets);
    if (verdict !== 'adopted') return verdict;
    const { epoch, serial } = this.#statement;
    this.#outputs.push({ kind: 'adopted', epoch, serial });
    this.#persist('statement');
    if (epoch > before.epoch) {
      this.#identity?.resumeSecrets.clear();
      if (!this.#raising) this.#raise();
    }
    return verdict;
  }

  /** The owner has made a record durable. */
  written(now: Instant, record: MembershipRecord): void {
    this.#now = now;
    if (record !== 'boot' || !this.#raising) return;
    this.#raising = false;
    this.#retire();
    const { credentials, provider, random } = this.#options;
    const boot = this.#boot;
    const moment = { epoch: this.#statement.epoch, boot };
    const means = { curve: provider.curve, random };
    const { id } = this.certificate;
    this.#identity = createBootIdentity(credentials, this.#identityKey, id, moment, means);
    this.#outputs.push({ kind: 'boot', boot });
  }

  /** The owner could not make a record durable. */
  unwritten(now: Instant, record: MembershipRecord): void {
    this.#now = now;
    this.#failed.add(record);
    this.#retryAt = now + RETRY_US;
    this.#outputs.push({ kind: 'unwritten', record });
  }

  /**
   * Whether a certificate may be used at this time: `session.cert-dates` if it may not. Unless the
   * node knows the time to within an hour, dates are only told. Source: LS-1402.
   */
  judgeDates({ notBeforeS, expiresAtS, subject }: Certificate): Fault | undefined {
    const { epochUnixMs, clockErrorMs = Number.POSITIVE_INFINITY } = this.#options;
    if (epochUnixMs === undefined) return undefined;
    const unixS = epochUnixMs / 1_000 + this.#now / MICROSECONDS_PER_S;
    if (notBeforeS <= unixS && unixS <= expiresAtS) return undefined;
    if (clockErrorMs < CLOCK_ERROR_MS_MAX) return CERT_DATES;
    this.#outputs.push({ kind: 'out-of-date', eid: subject });
    return undefined;
  }

  tick(now: Instant): void {
    this.#now = now;
    if (now >= this.#retryAt) {
      this.#retryAt = Number.POSITIVE_INFINITY;
      const records = [...this.#failed];
      this.#failed.clear();
      for (const record of records) this.#persist(record);
    }
    if (this.peerBoots.changed && now >= this.#peerBootsDueAt) {
      this.#peerBootsDueAt = now + PEER_BOOTS_EVERY_US;
      this.#persist('peer-boots');
    }
    if (now >= this.#retiredUntil) this.#erase();
    this.#identity?.resumeSecrets.expire(now);
  }

  poll(): MembershipOutput | undefined {
    return this.#outputs.shift();
  }

  deadline(): Deadline | undefined {
    const peerBootsAt = this.peerBoots.changed ? this.#peerBootsDueAt : Number.POSITIVE_INFINITY;
    const secretsAt = this.#identity?.resumeSecrets.expiresAt ?? Number.POSITIVE_INFINITY;
    const at = Math.min(this.#retryAt, this.#retiredUntil, peerBootsAt, secretsAt);
    return Number.isFinite(at) ? { at, why: 'membership' } : undefined;
  }

  #consider(octets: Uint8Array): Verdict | Fault {
    const { credentials, provider } = this.#options;
    const { rootPublicKeys, constellationId } = credentials;
    const { curve } = provider;
    if (equal(octets, this.#statementOctets)) return 'known';
    const kept = octets.slice();
    const statement = verifyStatement(kept, rootPublicKeys, constellationId, curve);
    if (statement instanceof Fault) return statement;
    if (statement.serial < this.#statement.serial) return 'older';
    if (statement.serial === this.#statement.serial) return STATEMENT_FORKED;
    if (statement.epoch < this.#statement.epoch) return EPOCH_OLD;
    this.#statement = statement;
    this.#statementOctets = kept;
    return 'adopted';
  }

  /** Once for each forgery, however often it comes. */
  #tellFork(octets: Uint8Array): void {
    if (this.#fork !== undefined && equal(octets, this.#fork)) return;
    this.#fork = octets.slice();
    this.#outputs.push({ kind: 'forked', serial: this.#statement.serial });
  }

  #raise(): void {
    this.#raising = true;
    this.#boot += 1;
    this.#persist('boot');
  }

  #persist(record: MembershipRecord): void {
    const octets =
      record === 'boot'
        ? new CborWriter().uint(this.#boot).finish()
        : record === 'statement'
          ? this.#statementOctets
          : this.peerBoots.encode();
    this.#outputs.push({ kind: 'persist', record, octets });
  }

  /** Handshakes that began under the last boot may still end under it. */
  #retire(): void {
    this.#erase();
    this.#retired = this.#identity;
    this.#retired?.resumeSecrets.clear();
    if (this.#retired !== undefined) this.#retiredUntil = this.#now + RETIRED_LIFE_US;
  }

  #erase(): void {
    this.#retired?.staticKey.erase();
    this.#retired?.resumeSecrets.clear();
    this.#retired = undefined;
    this.#retiredUntil = Number.POSITIVE_INFINITY;
  }
}

/** The vault gives back what was written, so anything but a number is our own fault. */
function decodeBoot(record: Uint8Array | undefined): number {
  if (record === undefined) return 0;
  const boot = new CborReader(record).uint();
  assert(!(boot instanceof Fault), 'the record of the boot number holds a number');
  return boot;
}

const RETRY_US = 60 * MICROSECONDS_PER_S;
/** LS-504 asks for these lazily. */
const PEER_BOOTS_EVERY_US = 60 * MICROSECONDS_PER_S;
/** Longer than any handshake takes to end (LS-706, LS-712). */
const RETIRED_LIFE_US = 300 * MICROSECONDS_PER_S;
/** LS-1402. */
const CLOCK_ERROR_MS_MAX = 3_600_000;
