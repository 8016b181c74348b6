/**
 * Who may cost this node a key agreement. One object for all links of a node.
 *
 *   mac1 ──▶ said before? ──▶ under load? ──▶ budgets ──▶ key agreement
 *    │            │                │             │
 *   drop     stored answer      COOKIE          drop
 *
 * A budget is charged last, so that only those who could drain it otherwise do: a stranger ends at
 * mac1, and a member who does not hear the answers is asked for a cookie as soon as half of any
 * budget is gone. The other half is left to those who have one.
 *
 * Source: link-security §12.
 */
import type { CryptoProvider, Random } from '../crypto/ports.ts';
import type { Fault } from '../fault.ts';
import { type Instant, MICROSECONDS_PER_S } from '../machine.ts';
import type { Credentials } from '../membership/credentials.ts';
import { AdmissionKeys } from './admission-keys.ts';
import { Cookies, type Opening } from './cookies.ts';
import { BUDGET } from './faults.ts';
import { HalfOpenPlaces } from './half-open.ts';
import { TokenBucket } from './token-bucket.ts';

export type { Opening } from './cookies.ts';

/** What to do with a HELLO or REKEY whose mac1 is good. */
export type Verdict =
  /** Work on it; `vouched` when it was asked for a cookie, and has one. */
  | { readonly kind: 'admitted'; readonly vouched: boolean }
  /** Say COOKIE, and keep nothing. */
  | { readonly kind: 'cookie'; readonly cookie: Uint8Array };

/** The doorkeeper of one node. */
export class Admission {
  readonly keys: AdmissionKeys;
  readonly halfOpen = new HalfOpenPlaces();
  readonly #cookies: Cookies;
  readonly #node: TokenBucket;
  /** Bounded by BUCKETS_MAX. */
  readonly #ports = new Map<string, TokenBucket>();
  /** By the spacecraft id that is claimed. Bounded by BUCKETS_MAX. */
  readonly #scids = new Map<number, TokenBucket>();

  constructor(credentials: Credentials, provider: CryptoProvider, random: Random) {
    const { constellationId, admissionKeys } = credentials;
    this.keys = new AdmissionKeys(constellationId, admissionKeys, provider.hmacSha512);
    this.#cookies = new Cookies(random, provider.hmacSha512);
    const perS = (CORE_SHARE * MICROSECONDS_PER_S) / HANDSHAKE_COST_US[provider.name];
    this.#node = new TokenBucket(perS, perS);
  }

  /** Judges a message that is not one said before. Fault: `session.budget`. */
  admit(now: Instant, opening: Opening): Verdict | Fault {
    const { portName, message } = opening;
    const port = bucketOf(this.#ports, portName, PORT_BUDGET);
    const scid = bucketOf(this.#scids, message.sourceScid, SCID_BUDGET);
    const buckets = [this.#node, port, scid];
    const loaded = this.halfOpen.full(portName) || buckets.some((bucket) => bucket.halfSpent(now));
    if (loaded && !this.#cookies.vouchFor(now, opening)) {
      return { kind: 'cookie', cookie: this.#cookies.cookieFor(now, opening) };
    }
    if (buckets.some((bucket) => bucket.level(now) < 1)) return BUDGET;
    for (const bucket of buckets) bucket.take(now);
    return { kind: 'admitted', vouched: loaded };
  }
}

interface Budget {
  readonly perS: number;
  readonly burst: number;
}

/** The bucket under a key, made at its first use; of too many, the one made first is forgotten. */
function bucketOf<Key>(buckets: Map<Key, TokenBucket>, key: Key, budget: Budget): TokenBucket {
  const known = buckets.get(key);
  if (known !== undefined) return known;
  if (buckets.size === BUCKETS_MAX) {
    const [oldest] = buckets.keys();
    buckets.delete(oldest!);
  }
  const made = new TokenBucket(budget.perS, budget.burst);
  buckets.set(key, made);
  return made;
}

/** LS-1201, HELLO and REKEY together. */
const PORT_BUDGET: Budget = { perS: 10, burst: 20 };
const SCID_BUDGET: Budget = { perS: 5, burst: 5 };
/** Of one core, for handshakes that peers begin. */
const CORE_SHARE = 0.2;
/**
 * What a first contact costs the responder at most: an ephemeral key (0.6 ms noble, 0.7 ms native),
 * three key agreements (1.4, 0.8), a KEM secret (1.0), and two signatures to check (1.5, 0.3), as
 * measured on a busy processor.
 */
const HANDSHAKE_COST_US = { noble: 9_000, native: 5_000 };
/** More than a node has neighbours and ports. */
const BUCKETS_MAX = 1_024;
