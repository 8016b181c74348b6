/** The bundle vectors, injected into a node: what becomes of each is what its vector expects. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { DTN_EPOCH_UNIX_MS } from '#protocol/bundle/dtn-time.ts';
import { isNullEid } from '#protocol/bundle/eid.ts';
import { REASON } from '#protocol/bundle/status-report.ts';
import { fromHex } from '#protocol/bytes/octets.ts';
import { Node, planOf } from '../protocol/agent/mesh.ts';
import { type BundleVector, bundleVectors } from '../protocol/bundle/vectors.ts';
import { Device, read } from './device.ts';
import { framed, ipn, payload, primary } from './raw-bundle.ts';
import { blocksOf } from './traffic.ts';

const malformed = bundleVectors('malformed');
const sound = [...bundleVectors('public'), ...bundleVectors('derived')];

/** Of these the vectors say themselves that a receiver may take them. */
const isArguable = ({ expect: { strictness = '' } }: BundleVector) =>
  /not specified|receivers differ|arguable|unsure/.test(strictness);

describe('a malformed vector', () => {
  test.each(malformed)('$id is neither delivered nor sent on by a strict node', (vector) => {
    for (const number of [150, 200] as const) {
      const device = new Device(number, { strictness: 'strict' }).inject(vector.hex);
      expect(reasonOf(device)).toBe(expectedReason(vector));
      device.expectDropped();
    }
  });

  test.each(malformed.filter((vector) => !isArguable(vector)))(
    '$id is neither delivered nor sent on by a tolerant node',
    (vector) => {
      for (const number of [150, 200] as const) {
        const device = new Device(number).inject(vector.hex);
        expect(reasonOf(device)).toBe(expectedReason(vector));
        device.expectDropped();
      }
    },
  );

  test('is told of by its code and the clause that it breaks', () => {
    const device = new Device();
    device.inject(...malformed.map(({ hex }) => hex));
    for (const { fault } of device.node.all('fault')) {
      expect(fault.key).toMatch(/^(cbor|bundle|eid)\.[a-z0-9-]+$/);
      expect(fault.clause).toMatch(/^RFC \d+ /);
    }
    expect(device.node.all('fault').length).toBeGreaterThan(50);
  });
});

test.each(sound)('$id reaches whom it is for, once, or waits for the rest of it', ({ hex }) => {
  const { primary: first } = read(hex);
  const { destination } = first;
  if (destination.scheme !== 'ipn' || isNullEid(destination)) return;
  const node = new Node(
    destination.allocator === 0 ? destination.node : 200,
    planOf([8, 9, 0, 9]),
    {
      epochUnixMs: DTN_EPOCH_UNIX_MS + (Number(first.creationTimeMs) % 2 ** 45),
      endpoints: [{ endpoint: destination, service: destination.service }],
    },
  );
  if (destination.service !== 0) node.agent.register(0, destination.service);
  for (let copy = 0; copy < 2; copy++) node.agent.receive(0, fromHex(hex), 8);
  node.drain(0);
  const { delivered, stored, expired, deleted } = node.agent.ledger();
  const isSecret = read(hex).blocks.some(({ type }) => type === 12);
  const isPart = first.fragment !== undefined || expired > 0 || isSecret;
  // What is encrypted for somebody else, or is a part of nothing, is deleted.
  const isDeleted = Object.keys(deleted).length > 0;
  expect(delivered + stored + expired + (isDeleted ? 1 : 0)).toBe(1);
  expect(isDeleted && !isPart).toBe(false);
  if (!isPart && destination.service !== 0) expect(delivered).toBe(1);
});

describe('custody blocks of other implementations, whose numbers are not settled', () => {
  const custody: readonly { id: string; hex: string; crcValid: boolean }[] = JSON.parse(
    readFileSync('test/vectors/custody-experimental.json', 'utf8'),
  ).vectors;
  const away = primary({ destination: ipn(900, 7) });

  test.each(custody.filter(({ hex }) => !hex.startsWith('8601')))(
    '$id goes on as it came',
    ({ hex }) => {
      const device = new Device().inject(framed(away, hex, payload()));
      expect(blocksOf(device.left[0]!).map((each) => each.hex)).toContain(hex);
    },
  );

  test.each(custody.filter(({ hex }) => hex.startsWith('8601')))(
    '$id has a CRC of another block',
    ({ hex, crcValid }) => {
      expect(crcValid).toBe(false);
      const device = new Device().inject(framed(away, hex));
      expect(device.faults).toEqual(['bundle.crc']);
    },
  );
});

function expectedReason({ id, expect: { reason } }: BundleVector): number {
  // The vector takes reasons 5, 6 and 8 alike.
  return id === 'm-eid-scheme-99' ? REASON.blockUnintelligible : (reason ?? REASON_UNTOLD);
}

/** The reason that the device would give for what it did with the one bundle, if it said so. */
function reasonOf(device: Device): number {
  const [fault] = device.node.all('fault');
  if (fault !== undefined) return REASON.blockUnintelligible;
  if (device.node.all('expired').length === 1) return REASON.lifetimeExpired;
  const [deleted] = device.node.all('deleted');
  return deleted?.reason === 'block-unsupported' ? REASON.blockUnsupported : REASON_UNTOLD;
}

/** Where a vector expects silence, or does not know. */
const REASON_UNTOLD = -1;
