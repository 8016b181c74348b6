/**
 * Handshakes a second on one core, which does the work of both sides: from the HELLO to the frame
 * that proves the session to the side that began it. Each time two links that have never met, of
 * two nodes that have.
 */
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { assert } from '#protocol/assert.ts';
import { nobleProvider } from '#protocol/crypto/noble.ts';
import type { CryptoProvider } from '#protocol/crypto/ports.ts';
import type { Link } from '#protocol/link/link.ts';
import type { Instant } from '#protocol/machine.ts';
import type { Figure } from './figures.ts';
import { type Labour, labour, median } from './rounds.ts';
import { connectionOf, issueCredentials, linkMaker } from './two-nodes.ts';

/** Both providers. */
export function handshakeFigures(): Figure[] {
  return [nativeProvider, nobleProvider].map((provider) => ({
    what: `handshakes, work of both sides, ${provider.name}`,
    measured: median(labour(ROUNDS, [handshake(provider)])[0]!),
    unit: 'a second',
  }));
}

function handshake(provider: CryptoProvider): Labour {
  const [first, second] = issueCredentials();
  const makeFirst = linkMaker(0, first, provider, FRAME_OCTETS_MAX);
  const makeSecond = linkMaker(1, second, provider, FRAME_OCTETS_MAX);
  const count = 8;
  let now: Instant = 0;
  const work = (): void => {
    // So far apart that no budget is touched and no index is held back.
    for (let index = 0; index < count; index++) {
      now += APART_US;
      meet(now, makeFirst(), makeSecond());
    }
  };
  return { count, work };
}

/** Connects two links and carries their frames to and fro until both carry bundles. */
function meet(now: Instant, first: Link, second: Link): void {
  second.connect(now, connectionOf(1));
  first.connect(now, connectionOf(0));
  let moved = true;
  // Bounded by the messages of one handshake and the KEEPALIVEs that prove it.
  while (moved) moved = carry(now, first, second) || carry(now, second, first);
  assert(first.secured && second.secured, 'the handshake succeeds');
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
const ROUNDS = 9;
const APART_US = 10_000_000;
