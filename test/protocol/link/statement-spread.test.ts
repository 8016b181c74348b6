import { describe, expect, it } from 'vitest';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { decodeControl } from '#protocol/link/link-control.ts';
import { StatementSpread } from '#protocol/link/statement-spread.ts';
import { signStatement } from '#protocol/membership/statement.ts';
import { memberOf } from '../membership/members.ts';
import { TestRandom } from '../session/endpoint.ts';
import { credentialsOf, VECTORS } from '../session/link-handshake-vectors.ts';

const S = 1_000_000;
const SERIAL = VECTORS.statement_serial;

describe('the spread of statements', () => {
  it('begins with an advertisement, which is repeated once a minute', () => {
    const { spread, said } = start();
    expect(spread.dueAt).toBe(Number.POSITIVE_INFINITY);
    spread.begin(0);
    expect(said(0)).toEqual([`advertisement ${SERIAL}`]);
    expect(spread.dueAt).toBe(60 * S);
    expect(said(60 * S - 1)).toEqual([]);
    expect(said(60 * S)).toEqual([`advertisement ${SERIAL}`]);
  });

  it('is repeated every ten seconds while that is what a session waits for', () => {
    const { spread, said } = start();
    spread.begin(0);
    said(0, true);
    expect(spread.dueAt).toBe(10 * S);
    expect(said(10 * S, true)).toHaveLength(1);
  });

  it('gives a peer that is behind the statement, and no other', () => {
    const { spread, said, membership } = start();
    spread.heard(SERIAL + 1);
    expect(said(0)).toEqual([]);
    spread.heard(SERIAL);
    expect(said(0)).toEqual([]);
    spread.heard(SERIAL - 1);
    expect(said(0)).toEqual([toHex(membership.statementOctets)]);
    expect(said(100 * S), 'until it says again that it is').toEqual([]);
  });

  it('gives it no more than once in five seconds, however often it is asked', () => {
    const { spread, said } = start();
    let given = 0;
    for (let at = 0; at < 20 * S; at += S / 10) {
      spread.heard(0);
      given += said(at).length;
    }
    expect(given).toBe(4);
    spread.heard(0);
    expect(spread.dueAt).toBe(20 * S);
  });

  it('passes on what this node learns meanwhile, but not to where it came from', () => {
    const { spread, said, membership } = start();
    spread.begin(0);
    said(0);
    spread.heard(SERIAL);
    const newer = signed(SERIAL + 1);
    membership.adopt(newer);
    expect(spread.dueAt).toBeLessThan(0);
    expect(said(S)).toEqual([toHex(newer)]);
    expect(spread.receive(signed(SERIAL + 2))).toBeUndefined();
    expect(membership.statement.serial).toBe(SERIAL + 2);
    expect(said(20 * S)).toEqual([]);
    expect(spread.receive(newer), 'an older one is no fault').toBeUndefined();
    expect(spread.receive(new Uint8Array(3))).toHaveProperty('code', 'cbor');
  });

  it('says nothing once no session carries it', () => {
    const { spread, said } = start();
    spread.begin(0);
    spread.heard(0);
    spread.end();
    expect([spread.dueAt, said(1_000 * S)]).toEqual([Number.POSITIVE_INFINITY, []]);
  });
});

function start() {
  const credentials = credentialsOf('initiator');
  const membership = memberOf(credentials, 1, nativeProvider, new TestRandom('spread'));
  const spread = new StatementSpread(membership);
  /** What is said at this moment: advertised serials and statements in hexadecimal. */
  const said = (now: number, hurried = false): string[] => {
    const words: string[] = [];
    for (let m = spread.next(now, hurried); m !== undefined; m = spread.next(now, hurried)) {
      const read = decodeControl(m);
      if (!('kind' in read)) throw new Error(read.key);
      if (read.kind === 'advertisement') words.push(`advertisement ${read.serial}`);
      if (read.kind === 'statement') words.push(toHex(read.octets));
    }
    return words;
  };
  return { spread, membership, said };
}

function signed(serial: number): Uint8Array {
  const credentials = credentialsOf('initiator');
  const { statement } = memberOf(credentials, 1, nativeProvider, new TestRandom('spread'));
  const { curve } = nativeProvider;
  return signStatement({ ...statement, serial }, curve.ed25519Key(fromHex(VECTORS.root_private)));
}
