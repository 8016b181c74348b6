/** Known answers for every port, so that a provider is trusted only after it has proved itself. */
import { equal, fromHex, utf8Encode } from '../bytes/octets.ts';
import { DH_ZERO, TAG_FAULT } from './faults.ts';
import type { Aead, CryptoProvider, Curve, HmacSha512 } from './ports.ts';

/** Whether the provider gives every known answer and refuses every known forgery. */
export function selfTest(provider: CryptoProvider): boolean {
  try {
    return (
      sealsAndOpens(provider.aead, AES_256) &&
      sealsAndOpens(provider.aead, AES_128) &&
      agrees(provider.curve) &&
      authenticates(provider.hmacSha512) &&
      signsAndVerifies(provider.curve)
    );
  } catch {
    return false;
  }
}

/** Source: McGrew and Viega, The Galois/Counter Mode of Operation, test cases 16 and 4. */
function sealsAndOpens(aead: Aead, answer: { key: string; sealed: string }): boolean {
  const key = aead.key(fromHex(answer.key));
  const iv = fromHex('cafebabefacedbaddecaf888');
  const aad = fromHex('feedfacedeadbeeffeedfacedeadbeefabaddad2');
  const plaintext = fromHex(
    'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72' +
      '1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
  );
  const expected = fromHex(answer.sealed);
  const sealed = new Uint8Array(expected.length);
  key.seal(iv, aad, plaintext, sealed, 0);
  const opened = key.open(iv, aad, sealed);
  const forged = sealed.slice();
  forged[forged.length - 1]! ^= 1;
  return (
    equal(sealed, expected) &&
    opened instanceof Uint8Array &&
    equal(opened, plaintext) &&
    key.open(iv, aad, forged) === TAG_FAULT
  );
}

/** Source: RFC 7748 §6.1. */
function agrees(curve: Curve): boolean {
  const alice = fromHex('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a');
  const bob = fromHex('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb');
  const shared = curve.x25519Key(alice).shared(curve.x25519Key(bob).publicKey);
  return (
    shared instanceof Uint8Array &&
    equal(shared, fromHex('4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742')) &&
    curve.x25519Key(alice).shared(new Uint8Array(32)) === DH_ZERO
  );
}

/** Source: RFC 4231 §4.3. */
function authenticates(hmac: HmacSha512): boolean {
  const code = hmac(utf8Encode('Jefe'), utf8Encode('what do ya want for nothing?'));
  const expected = fromHex(
    '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554' +
      '9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737',
  );
  return equal(code, expected);
}

/** Source: RFC 8032 §7.1, test 2; and a signature that holds under a public key of order 4. */
function signsAndVerifies(curve: Curve): boolean {
  const seed = fromHex('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb');
  const message = fromHex('72');
  const publicKey = curve.ed25519Key(seed).publicKey;
  const signature = curve.ed25519Key(seed).sign(message);
  const expected = fromHex(
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
      '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  );
  return (
    equal(publicKey, fromHex('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c')) &&
    equal(signature, expected) &&
    curve.ed25519Verify(publicKey, message, signature) &&
    !curve.ed25519Verify(publicKey, fromHex('73'), signature) &&
    !curve.ed25519Verify(new Uint8Array(32), fromHex('09'), new Uint8Array(64))
  );
}

const AES_256 = {
  key: 'feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308',
  sealed:
    '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa' +
    '8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662' +
    '76fc6ece0f4e1768cddf8853bb2d551b',
};
const AES_128 = {
  key: 'feffe9928665731c6d6a8f9467308308',
  sealed:
    '42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e' +
    '21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091' +
    '5bc94fbc3221a5db94fae95ae7121a47',
};
