/** What goes in and out of a membership, for its owner, the satellite. */
import type { CryptoProvider, Random } from '../crypto/ports.ts';
import type { Credentials } from './credentials.ts';

/** The records of a membership in the node's vault. */
export type MembershipRecord = 'boot' | 'statement' | 'peer-boots';

/** What a membership asks of its owner, or tells it. */
export type MembershipOutput =
  /** Replace the record durably, then call `written` or `unwritten`. */
  | { readonly kind: 'persist'; readonly record: MembershipRecord; readonly octets: Uint8Array }
  /** A boot begins: links may come up from the first one on. */
  | { readonly kind: 'boot'; readonly boot: number }
  /** A newer statement holds from now on. */
  | { readonly kind: 'adopted'; readonly epoch: number; readonly serial: number }
  /** Two statements bear one serial: a root key is misused (LS-1301). */
  | { readonly kind: 'forked'; readonly serial: number }
  /** A record could not be written; it is tried again. */
  | { readonly kind: 'unwritten'; readonly record: MembershipRecord }
  /** A certificate is outside its dates; by this clock that is no reason to refuse (LS-1402). */
  | { readonly kind: 'out-of-date'; readonly eid: string };

/** What adoption came to. `older` is a serial below the own, `known` the very statement held. */
export type Verdict = 'adopted' | 'known' | 'older';

/** What a membership is made of. */
export interface MembershipOptions {
  /** They do not contradict themselves: asserted. */
  readonly credentials: Credentials;
  readonly provider: CryptoProvider;
  readonly random: Random;
  /** What the node's vault held at the start. */
  readonly records: ReadonlyMap<string, Uint8Array>;
  /** No boot is below this one: for a vault that knows of no boot. */
  readonly bootMin: number;
  /** Unix time of instant 0, ms, and by how much it may be wrong at most, where that is known. */
  readonly epochUnixMs?: number;
  readonly clockErrorMs?: number;
}
