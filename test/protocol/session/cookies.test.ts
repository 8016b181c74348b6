import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import { Cookies, type Opening } from '#protocol/session/cookies.ts';
import { HELLO, REKEY } from '#protocol/session/message-header.ts';
import { writeMac2 } from '#protocol/session/message-macs.ts';
import { decodeMessage } from '#protocol/session/messages.ts';
import { TestRandom } from './endpoint.ts';
import { VECTORS } from './link-handshake-vectors.ts';

const S = 1_000_000;

describe('the cookie of the worked example', () => {
  it('is met, and vouches for the HELLO that came again with it', () => {
    const cookies = new Cookies({ octets: () => fromHex(VECTORS.cookie_secret) });
    const hello = opening(VECTORS.full_handshake_suite_1.hello);
    expect(toHex(cookies.cookieFor(0, hello))).toBe(VECTORS.cookie);
    expect(cookies.vouchFor(0, hello)).toBe(false);
    const again = opening(VECTORS.full_handshake_suite_1.hello_with_cookie);
    expect(cookies.vouchFor(0, again)).toBe(true);
  });
});

describe('a cookie', () => {
  const hello = opening(VECTORS.full_handshake_suite_1.hello);

  it('A18: is good for one port, one source, one handshake id and one e', () => {
    const cookies = new Cookies(new TestRandom('cookies'));
    const cookie = cookies.cookieFor(0, hello);
    expect(cookies.vouchFor(0, withCookie(hello, cookie))).toBe(true);
    const { message } = hello;
    for (const stolen of [
      { ...hello, portName: 'isl-1' },
      { ...hello, message: { ...message, sourceScid: 258 } },
      { ...hello, message: { ...message, handshakeId: new Uint8Array(8) } },
      { ...hello, message: { ...message, noise: new Uint8Array(32) } },
    ]) {
      expect(cookies.vouchFor(0, withCookie(stolen, cookie))).toBe(false);
    }
  });

  it.each([
    [0, 239, true],
    [0, 240, false],
    [0, 100_000, false],
    [119, 239, true],
    [119, 240, false],
    [120, 240, true],
    [120, 359, true],
    [120, 360, false],
  ])('A18: given at %i s is taken at %i s: %s', (givenAtS, takenAtS, taken) => {
    const cookies = new Cookies(new TestRandom('cookies'));
    cookies.cookieFor(0, hello);
    const cookie = cookies.cookieFor(givenAtS * S, hello);
    expect(cookies.vouchFor(takenAtS * S, withCookie(hello, cookie))).toBe(taken);
  });

  it('is given for a REKEY too', () => {
    const { rekey } = VECTORS.rekey_suite_1;
    const octets = fromHex(rekey);
    const message = decodeMessage(octets, VECTORS.initiator.scid, VECTORS.responder.scid);
    if (message instanceof Fault || message.type !== REKEY) throw new Error('a REKEY');
    const opening = { portName: '', octets, message };
    const cookies = new Cookies(new TestRandom('cookies'));
    const again = withCookie(opening, cookies.cookieFor(0, opening));
    expect(cookies.vouchFor(0, again)).toBe(true);
  });
});

/** A HELLO of the worked example as it comes in. */
function opening(hello: string): Opening {
  const octets = fromHex(hello);
  const message = decodeMessage(octets, VECTORS.responder.scid, VECTORS.initiator.scid);
  if (message instanceof Fault || message.type !== HELLO) throw new Error('a HELLO');
  return { portName: VECTORS.cookie_port_name, octets, message };
}

function withCookie(opening: Opening, cookie: Uint8Array): Opening {
  const octets = opening.octets.slice();
  writeMac2(octets, cookie);
  return { ...opening, octets };
}
