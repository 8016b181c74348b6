/**
 * Keeps what a satellite must not forget: the records of its membership and the numbers of its
 * provisioned keys go to the vault and the answers come back, and what they tell is noted.
 */
import { Fault } from '#protocol/fault.ts';
import { type Deadline, type Instant, sooner } from '#protocol/machine.ts';
import type { MembershipRecord } from '#protocol/membership/contract.ts';
import type { AdmissionKey } from '#protocol/membership/credentials.ts';
import type { Membership } from '#protocol/membership/membership.ts';
import type { Admission } from '#protocol/session/admission.ts';
import type { Journal } from './journal.ts';
import type { SatellitePorts, Vault, VaultCompletion } from './ports.ts';
import type { ProvisionedSecurity } from './provisioned-security.ts';
import type { SatelliteConfig } from './satellite-config.ts';
import type { StatementService } from './services/statements.ts';
import type { MembershipSnapshot } from './snapshot.ts';

/** What a satellite has to act upon, at once; `noted` is nothing of the kind. */
export type MembershipNews = 'boot' | 'adopted' | 'noted';

/** What ground hands to a node that runs. */
export type Provision =
  /** COSE_Sign1 octets of a constellation statement. */
  | { readonly statement: Uint8Array }
  /** They replace all that the node has (LS-1200). */
  | { readonly admissionKeys: readonly AdmissionKey[] };

/** Between the membership and the provisioned keys of one node, its vault and the journal. */
export class Keeper {
  readonly #membership: Membership;
  readonly #admission: Admission;
  readonly #security: ProvisionedSecurity | undefined;
  readonly #statements: StatementService | undefined;
  readonly #vault: Vault;
  readonly #seeded: boolean;
  readonly #journal: Journal;

  constructor(
    config: Pick<SatelliteConfig, 'membership' | 'admission' | 'statements'>,
    security: ProvisionedSecurity | undefined,
    { vault, random }: Pick<SatellitePorts, 'vault' | 'random'>,
    journal: Journal,
  ) {
    this.#membership = config.membership;
    this.#admission = config.admission;
    this.#statements = config.statements;
    this.#security = security;
    this.#vault = vault;
    this.#seeded = random.seeded === true;
    this.#journal = journal;
  }

  /** Whether links may come up: the boot number is durable. */
  get ready(): boolean {
    return this.#membership.ready;
  }

  /** Lets time pass for both. */
  tick(now: Instant): void {
    this.#membership.tick(now);
    this.#security?.tick(now);
  }

  /** The sooner deadline of the two. */
  deadline(): Deadline | undefined {
    return sooner(this.#membership.deadline(), this.#security?.deadline());
  }

  /** Sees to the next output of the two; undefined when there is none. */
  turn(at: Instant): MembershipNews | undefined {
    const output = this.#membership.poll();
    switch (output?.kind) {
      case undefined:
        return this.#countRefusal() ?? this.#keepNumbers();
      case 'persist':
        this.#vault.write(output.record, output.octets);
        return 'noted';
      case 'boot':
        this.#journal.note({ kind: 'boot', at, ...this.#randomness, boot: output.boot });
        return 'boot';
      case 'adopted': {
        const { epoch, serial } = output;
        this.#journal.note({ kind: 'statement-adopted', at, epoch, serial });
        return 'adopted';
      }
      case 'forked':
        this.#journal.note({ kind: 'statement-alarm', at, serial: output.serial });
        return 'noted';
      case 'unwritten':
        this.#journal.note({ kind: 'record-unwritten', at, record: output.record });
        return 'noted';
      case 'out-of-date':
        this.#journal.note({ kind: 'certificate-out-of-date', at, eid: output.eid });
        return 'noted';
    }
  }

  /** How the node stands. */
  snapshot(): MembershipSnapshot {
    const membership = this.#membership;
    const { epoch, serial } = membership.statement;
    const boot = membership.ready ? membership.identity.boot : 0;
    return { boot, epoch, serial, ...this.#randomness };
  }

  /** Takes what came from outside the links. */
  take(at: Instant, provision: Provision): void {
    if ('statement' in provision) {
      this.#adopt(at, provision.statement);
      return;
    }
    const { admissionKeys } = provision;
    this.#admission.keys.replace(admissionKeys);
    const epochs = admissionKeys.map(({ epoch }) => epoch);
    this.#journal.note({ kind: 'admission-keys', at, epochs });
  }

  #adopt(at: Instant, statement: Uint8Array): void {
    const verdict = this.#membership.adopt(statement);
    if (verdict === 'adopted') {
      this.#statements?.spread(statement);
      return;
    }
    const refused = verdict instanceof Fault;
    if (refused) this.#journal.faults.add(verdict);
    this.#journal.note({
      kind: 'statement-ignored',
      at,
      reason: refused ? verdict.key : verdict,
    });
  }

  /** Counts a statement that came by bundle and was refused; many may come, so none is told. */
  #countRefusal(): MembershipNews | undefined {
    const fault = this.#statements?.takeFault();
    if (fault === undefined) return undefined;
    this.#journal.faults.add(fault);
    return 'noted';
  }

  /** Takes an answer of the vault; true when links may have to look whether they can send. */
  completed(now: Instant, { kind, record }: VaultCompletion): boolean {
    const security = this.#security;
    if (security !== undefined && record === security.record) {
      const at = now;
      security.completed(now, kind);
      if (kind === 'write-failed') this.#journal.note({ kind: 'record-unwritten', at, record });
      return true;
    }
    if (!isMembershipRecord(record)) return false;
    if (kind === 'written') this.#membership.written(now, record);
    else this.#membership.unwritten(now, record);
    return false;
  }

  #keepNumbers(): MembershipNews | undefined {
    const security = this.#security;
    const numbers = security?.poll();
    if (security === undefined || numbers === undefined) return undefined;
    this.#vault.write(security.record, numbers);
    return 'noted';
  }

  get #randomness(): Pick<MembershipSnapshot, 'randomness'> {
    return { randomness: this.#seeded ? 'seeded' : 'system' };
  }
}

function isMembershipRecord(record: string): record is MembershipRecord {
  return RECORDS.has(record);
}

const RECORDS: ReadonlySet<string> = new Set<MembershipRecord>(['boot', 'statement', 'peer-boots']);
