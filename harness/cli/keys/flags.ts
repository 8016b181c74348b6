/** What the flags of `keys` commands mean; whatever does not fit is a ConfigError. */
import { ConfigError } from '#node/config-error.ts';
import { parseEndpointPattern } from '#protocol/bpsec/endpoint-pattern.ts';
import { parseEid } from '#protocol/bundle/eid.ts';
import { fromHex, utf8Encode } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import { ROLE } from '#protocol/membership/certificate.ts';
import { BUNDLE_KEY_KINDS, type BundleKeyKind } from '../../authority/bundle-grant.ts';
import type { EpochRange } from '../../authority/contract.ts';
import { suggestion } from '../../scenario/suggestion.ts';

/** A name for people, of 1–64 octets. */
export function readName(text: string): string {
  if (text.trim() !== '' && utf8Encode(text).length <= NAME_OCTETS_MAX) return text;
  throw mistake('name', text, `a name of at most ${NAME_OCTETS_MAX} octets`);
}

/** The endpoint id of a node itself, such as `ipn:257.0`. */
export function readNodeEid(text: string): string {
  const eid = parseEid(text);
  const isNode =
    !(eid instanceof Fault) &&
    eid.scheme !== 'imc' &&
    (eid.scheme === 'ipn' ? eid.service === 0 : /^\/\/[^/]+\/$/.test(eid.ssp)) &&
    utf8Encode(text).length <= NAME_OCTETS_MAX;
  if (isNode) return text;
  throw mistake('eid', text, 'the endpoint of a node, such as ipn:257.0');
}

/** 1–4 spacecraft ids, separated by commas. */
export function readScids(text: string): number[] {
  const scids = text.split(',').map((part) => wholeNumber(part, SCID_MAX));
  const isRight = (scid: number | undefined): scid is number => scid !== undefined;
  if (scids.every(isRight) && scids.length <= SCIDS_MAX && new Set(scids).size === scids.length) {
    return scids;
  }
  throw mistake('scid', text, `1 to ${SCIDS_MAX} different numbers from 0 to ${SCID_MAX}`);
}

/** Role bits, from words separated by commas. */
export function readRoles(text: string): number {
  return text.split(',').reduce((roles, word) => {
    if (Object.hasOwn(ROLES, word)) return roles | (ROLES[word] as number);
    const words = Object.keys(ROLES);
    const meant = suggestion(word, words);
    throw new ConfigError(`--role is ${text}`, {
      expected: `one or more of ${words.join(', ')}, separated by commas`,
      remedy: meant === undefined ? 'Choose among them' : `Perhaps ${meant} was meant`,
    });
  }, 0);
}

/** The words for role bits. */
export function formatRoles(roles: number): string {
  const words = Object.keys(ROLES).filter((word) => (roles & (ROLES[word] as number)) !== 0);
  return words.length === 0 ? 'none' : words.join(', ');
}

/** An epoch. */
export function readEpoch(text: string): number {
  const epoch = wholeNumber(text, EPOCH_MAX);
  if (epoch !== undefined) return epoch;
  throw mistake('epoch', text, `a whole number from 0 to ${EPOCH_MAX}`);
}

/** Epochs such as `1..2`; the last is not before `current`. */
export function readEpochs(text: string, current: number): EpochRange {
  const [first, last] = text.split('..').map((part) => wholeNumber(part, EPOCH_MAX));
  const fits =
    first !== undefined &&
    last !== undefined &&
    text.split('..').length === 2 &&
    first <= last &&
    last >= current &&
    last - first <= EPOCHS_SPAN_MAX;
  if (fits) return { first, last };
  const example = `${current}..${current + 1}`;
  throw mistake('epochs', text, `first..last, such as ${example}, that end at ${current} or later`);
}

/** The name of a key, which becomes part of the name of a file. */
export function readKeyName(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/.test(text)) return text;
  throw mistake('name', text, 'up to 40 letters, digits, dots and dashes, such as science');
}

/** What a key is for. */
export function readKeyKind(text: string): BundleKeyKind {
  const kind = BUNDLE_KEY_KINDS.find((each) => each === text);
  if (kind !== undefined) return kind;
  throw mistake('use', text, `one of ${BUNDLE_KEY_KINDS.join(', ')}`);
}

/** A pattern that endpoints of nodes fit. */
export function readNodePattern(text: string): string {
  if (!(parseEndpointPattern(text) instanceof Fault)) return text;
  throw mistake('nodes', text, 'a pattern such as ipn:257.*, ipn:[257-258].* or *');
}

/** Octets that are no secret, in hexadecimal. */
export function readHex(flag: string, text: string, count: number): Uint8Array {
  if (text.length === 2 * count && /^[0-9a-f]+$/i.test(text)) return fromHex(text.toLowerCase());
  throw mistake(flag, text, `${count} octets in hexadecimal`);
}

/** Least boots by spacecraft id, such as `257=3,258=9`. */
export function readLeastBoots(text: string): Map<number, number> {
  return new Map(
    text.split(',').map((part) => {
      const [scid, boot] = part.split('=').map((each, index) => wholeNumber(each, LIMITS[index]!));
      if (scid !== undefined && boot !== undefined && part.split('=').length === 2) {
        return [scid, boot];
      }
      throw mistake('least-boot', text, 'spacecraft id and boot, such as 257=3');
    }),
  );
}

function wholeNumber(text: string, max: number | undefined): number | undefined {
  return max !== undefined && /^\d{1,15}$/.test(text) && Number(text) <= max
    ? Number(text)
    : undefined;
}

function mistake(flag: string, value: string, expected: string): ConfigError {
  return new ConfigError(`--${flag} is ${value === '' ? 'missing' : value}`, {
    expected,
    remedy: `Correct --${flag}`,
  });
}

/** link-security §5.3. */
const ROLES: Readonly<Record<string, number>> = {
  satellite: ROLE.satellite,
  ground: ROLE.groundGateway,
  relay: ROLE.relayOnly,
  test: ROLE.testEquipment,
};
const NAME_OCTETS_MAX = 64;
const SCIDS_MAX = 4;
const SCID_MAX = 65_535;
const EPOCHS_SPAN_MAX = 65_535;
/** Far below what a CBOR integer holds, so that an epoch can always advance. */
const EPOCH_MAX = 2 ** 32 - 1;
const LIMITS = [SCID_MAX, 1e15 - 1];
