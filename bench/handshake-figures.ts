/**
 * Handshakes and rekeys a second on one core, which does the work of both sides: from the first
 * message to the frame that proves the session to the side that began it. Each time with two fresh
 * links, which agree keys from nothing, or from the session before.
 */
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { assert } from '#protocol/assert.ts';
import { withKem } from '#protocol/crypto/ml-kem.ts';
import { nobleProvider } from '#protocol/crypto/noble.ts';
import type { CryptoProvider } from '#protocol/crypto/ports.ts';
import type { LinkSnapshot } from '#protocol/link/contract.ts';
import type { Link } from '#protocol/link/link.ts';
import type { Instant } from '#protocol/machine.ts';
import type { SuitePolicy } from '#protocol/session/handshake-context.ts';
import type { Figure } from './figures.ts';
import { type Labour, labour, median } from './rounds.ts';
import { BenchNode, issueCredentials } from './two-nodes.ts';

/** Both providers, both suites. */
export function handshakeFigures(): Figure[] {
  const figures: Figure[] = [];
  for (const suite of ['classical', 'hybrid'] as const) {
    for (const provider of [nativeProvider, nobleProvider].map(withKem)) {
      const rates = labour(ROUNDS, [
        new Meeting(provider, suite, true),
        new Meeting(provider, suite, false),
      ]);
      const about = `${suite} suite, ${provider.name}`;
      const unit = 'a second';
      figures.push(
        { what: `handshakes, ${about}`, measured: median(rates[0]!), unit },
        { what: `rekeys, ${about}`, measured: median(rates[1]!), unit },
      );
    }
  }
  return figures;
}

/** Two nodes that meet again and again. */
class Meeting implements Labour {
  readonly count = 4;
  readonly #first: BenchNode;
  readonly #second: BenchNode;
  readonly #forgetful: boolean;
  #now: Instant = 0;

  /** Forgetful nodes have never met. */
  constructor(provider: CryptoProvider, suite: SuitePolicy, forgetful: boolean) {
    const [first, second] = issueCredentials();
    this.#first = new BenchNode(0, first, provider, suite);
    this.#second = new BenchNode(1, second, provider, suite);
    this.#forgetful = forgetful;
    this.#meet();
  }

  work(): void {
    for (let index = 0; index < this.count; index++) {
      const { rekeys } = this.#meet();
      assert(rekeys === (this.#forgetful ? 0 : 1), 'it is what it is counted as');
    }
  }

  /** Carries frames to and fro until two fresh links carry bundles. */
  #meet(): LinkSnapshot {
    // So far apart that no budget is touched and no index is held back.
    this.#now += APART_US;
    const [first, second] = [this.#first, this.#second].map((node) => {
      if (this.#forgetful) node.forget();
      const link = node.makeLink(FRAME_OCTETS_MAX);
      node.connect(this.#now, link);
      return link;
    }) as [Link, Link];
    let moved = true;
    // Bounded by the messages of one handshake and what proves it.
    while (moved) {
      const there = carry(this.#now, first, second);
      moved = carry(this.#now, second, first) || there;
    }
    assert(first.secured && second.secured, 'they agree');
    return first.snapshot();
  }
}

function carry(now: Instant, from: Link, to: Link): boolean {
  let moved = false;
  for (let output = from.poll(); output !== undefined; output = from.poll()) {
    if (output.kind !== 'transmit') continue;
    to.receive(now, output.frame);
    moved = true;
  }
  return moved;
}

const FRAME_OCTETS_MAX = 1_400;
const ROUNDS = 7;
const APART_US = 10_000_000;
