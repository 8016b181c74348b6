/**
 * Keeps the membership of a satellite: its records go to the vault and the answers come back, and
 * what it tells is noted.
 */
import { Fault } from '#protocol/fault.ts';
import type { Instant } from '#protocol/machine.ts';
import type { Membership, MembershipRecord } from '#protocol/session/membership.ts';
import type { Journal } from './journal.ts';
import type { Vault, VaultCompletion } from './ports.ts';

/** What a satellite has to act upon, at once; `noted` is nothing of the kind. */
export type MembershipNews = 'boot' | 'adopted' | 'noted';

/** Between one membership, its vault and the journal. */
export class Keeper {
  readonly #membership: Membership;
  readonly #vault: Vault;
  readonly #journal: Journal;

  constructor(membership: Membership, vault: Vault, journal: Journal) {
    this.#membership = membership;
    this.#vault = vault;
    this.#journal = journal;
  }

  /** Sees to the next output of the membership; undefined when there is none. */
  turn(at: Instant): MembershipNews | undefined {
    const output = this.#membership.poll();
    switch (output?.kind) {
      case undefined:
        return undefined;
      case 'persist':
        this.#vault.write(output.record, output.octets);
        return 'noted';
      case 'boot':
        this.#journal.note({ kind: 'boot', at, boot: output.boot });
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

  /** Hands in a statement that came from outside the links. */
  adopt(at: Instant, statement: Uint8Array): void {
    const verdict = this.#membership.adopt(statement);
    if (verdict === 'adopted') return;
    const refused = verdict instanceof Fault;
    if (refused) this.#journal.faults.add(verdict);
    this.#journal.note({
      kind: 'statement-ignored',
      at,
      reason: refused ? verdict.key : verdict,
    });
  }

  /** Takes an answer of the vault, which may be about a record of somebody else. */
  completed(now: Instant, { kind, record }: VaultCompletion): void {
    if (!isMembershipRecord(record)) return;
    if (kind === 'written') this.#membership.written(now, record);
    else this.#membership.unwritten(now, record);
  }
}

function isMembershipRecord(record: string): record is MembershipRecord {
  return RECORDS.has(record);
}

const RECORDS: ReadonlySet<string> = new Set<MembershipRecord>(['boot', 'statement', 'peer-boots']);
