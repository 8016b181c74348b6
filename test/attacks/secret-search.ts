/** Looks for secrets in what was said, in every form in which octets become text. */
import { toHex } from '#protocol/bytes/octets.ts';

/** Octets of a secret that suffice to know it by. */
const TELLING_OCTETS = 16;

/** The forms under which a secret would be seen; the text has no white space left in it. */
export function formsOf(secret: Uint8Array): string[] {
  const head = secret.subarray(0, TELLING_OCTETS);
  const hex = toHex(head);
  const base64 = [0, 1, 2].map((skipped) => {
    // In the midst of other octets it is seen in one of three phases.
    const whole = Buffer.from(secret.subarray(skipped, skipped + 15)).toString('base64');
    return whole.slice(0, 20);
  });
  return [
    hex,
    hex.toUpperCase(),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
    head.join(','),
    Array.from(head, (octet) => `"${octet}"`).join(','),
    Buffer.from(head).toString('latin1'),
    Array.from(head, (octet, at) => `"${at}":${octet}`).join(','),
  ].filter((form) => form.length >= TELLING_OCTETS);
}

/** The secrets that the text gives away. */
export function leaksIn(text: string, secrets: Iterable<Uint8Array>): string[] {
  const bare = text.replaceAll(/\s/g, '');
  const leaks: string[] = [];
  for (const secret of secrets) {
    const form = formsOf(secret).find((form) => bare.includes(form.replaceAll(/\s/g, '')));
    if (form !== undefined) leaks.push(form);
  }
  return leaks;
}
