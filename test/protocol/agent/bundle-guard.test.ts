/** Bundles signed and encrypted end to end, over relays that do their duty and some that do not. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeOnward } from '#protocol/agent/onward.ts';
import type { AgentOptions } from '#protocol/agent/options.ts';
import type { SecurityRule } from '#protocol/bpsec/policy.ts';
import { readSecurityBlocks } from '#protocol/bpsec/security-blocks.ts';
import { type Bundle, decodeBundle, encodeBundle, payloadOf } from '#protocol/bundle/bundle.ts';
import { BLOCK_TYPE } from '#protocol/bundle/canonical-block.ts';
import { type Eid, ipnEid, parseEid } from '#protocol/bundle/eid.ts';
import { nobleProvider } from '#protocol/crypto/noble.ts';
import { Fault } from '#protocol/fault.ts';
import { accepts, Counting, ring, seals, signs, success, verifies } from '../bpsec/bpsec.ts';
import { Mesh, Node, planOf, S } from './mesh.ts';

const SECRET = new TextEncoder().encode('the position of the probe');
const SOURCE = [signs({ targets: ['primary', 'payload'] }), seals()];
const DESTINATION = [
  accepts('confidentiality', { targets: ['payload'], required: true }),
  accepts('integrity', { targets: ['primary', 'payload'], required: true }),
];

describe('bundles that are secured end to end', () => {
  test('are ciphertext on every hop, and verified and taken off where they are delivered', () => {
    const mesh = row({ 1: SOURCE, 2: [], 3: [verifies('integrity')], 4: DESTINATION });
    send(mesh);
    mesh.run(5 * S);
    for (const number of [1, 2, 3]) {
      const [forwarded] = mesh.node(number).all('forward');
      expect(payloadOf(decoded(forwarded!.octets)).data).not.toEqual(SECRET);
    }
    expect(deliveredAt(mesh, 4)).toEqual([SECRET]);
    const acts = [1, 2, 3, 4].map((number) =>
      mesh
        .node(number)
        .all('security')
        .map(({ act }) => act),
    );
    expect(acts).toEqual([['secured'], [], ['verified'], ['accepted']]);
    // The verifier checks the signature of the primary block; that of the payload is encrypted.
    const [last] = mesh.node(3).all('forward');
    expect(success(readSecurityBlocks(decoded(last!.octets))).signed).toEqual(new Set([0]));
  });

  test('are secured on the way where a gateway says so, and unsecured by another', () => {
    const mesh = row({ 1: [], 2: [seals()], 3: [accepts('confidentiality')], 4: [] });
    send(mesh);
    mesh.run(5 * S);
    const [, clear, sealed, opened] = [1, 1, 2, 3].map((number) => {
      const [forwarded] = mesh.node(number).all('forward');
      return payloadOf(decoded(forwarded!.octets)).data;
    });
    expect([clear, opened]).toEqual([SECRET, SECRET]);
    expect(sealed).not.toEqual(SECRET);
    expect(mesh.node(4).all('deliver')).toHaveLength(1);
  });

  test('may be cut on the way: the whole verifies as it was signed', () => {
    const mesh = row({ 1: SOURCE, 2: [], 3: DESTINATION, 4: DESTINATION }, (node) =>
      node === 2 ? { fragmentOctetsMax: 500 } : {},
    );
    const adu = new Uint8Array(2_000).map((_, at) => at);
    send(mesh, { adu });
    mesh.run(5 * S);
    const pieces = mesh
      .node(2)
      .all('forward')
      .map(({ octets }) => decoded(octets));
    expect(pieces.length).toBeGreaterThan(3);
    for (const piece of pieces) {
      expect(piece.blocks.map(({ type }) => type)).toContain(BLOCK_TYPE.confidentiality);
    }
    expect(deliveredAt(mesh, 4)).toEqual([adu]);
    expect(
      mesh
        .node(4)
        .all('security')
        .map(({ act }) => act),
    ).toEqual(['accepted']);
    // A fragment is left alone on the way, also by who would check the whole.
    expect(mesh.node(3).all('security')).toEqual([]);
  });

  test('arrive as they were made, whatever of them is secured and however they are cut', () => {
    const { trafficClass, hopCount } = BLOCK_TYPE;
    const signed = fc.subarray(['primary', 'payload', hopCount, trafficClass] as const);
    const sealed = fc.subarray(['payload', hopCount, trafficClass] as const);
    fc.assert(
      fc.property(signed, sealed, fc.boolean(), fc.boolean(), fc.nat(7), (...drawn) => {
        const [integrity, confidentiality, isWrapped, isCut, scopeFlags] = drawn;
        const mac = { targets: integrity, scopeFlags, key: isWrapped ? 'kek' : 'hmac' };
        const cipher = { targets: confidentiality, key: isWrapped ? 'kek' : 'aes256' };
        const source = [signs(mac), seals({ ...cipher, tagAppended: isCut })];
        const all = { targets: [...integrity, ...confidentiality], required: true };
        const destination = [
          accepts('confidentiality', { ...all, targets: confidentiality, key: cipher.key }),
          accepts('integrity', { ...all, targets: integrity, key: mac.key }),
        ];
        const mesh = row({ 1: source, 2: [], 3: [], 4: destination }, (node) =>
          isCut && node === 2 ? { fragmentOctetsMax: 1_000 } : {},
        );
        const adu = new Uint8Array(1_200).map((_, at) => at);
        send(mesh, { adu });
        mesh.run(5 * S);
        expect(mesh.node(4).all('security-failed')).toEqual([]);
        expect(deliveredAt(mesh, 4)).toEqual([adu]);
      }),
    );
  });

  test('pass through restarts as the store kept them, checked', () => {
    const mesh = row({ 1: SOURCE, 2: [], 3: [], 4: DESTINATION }, () => ({}), false);
    send(mesh);
    mesh.run(5 * S);
    const [{ id, octets, note } = fail()] = mesh.node(4).all('store');
    const again = new Node(4, PLAN, optionsOf(DESTINATION));
    again.agent.restore(6 * S, { id, octets: octets.slice(), note });
    again.agent.register(6 * S, 9);
    again.store.set(id, octets);
    again.drain(6 * S);
    expect(again.all('deliver').map(({ adu }) => adu)).toEqual([SECRET]);
  });

  test('reach every member of a group, who each check them for themselves', () => {
    const group = success(parseEid('dtn://all/~alerts'));
    const member = { groups: { memberOf: [{ group, service: 9 }] } };
    const mesh = row({ 1: SOURCE, 2: DESTINATION, 3: [], 4: DESTINATION }, (node) =>
      node === 3 ? {} : member,
    );
    mesh.node(2).agent.register(0, 9);
    send(mesh, { destination: group });
    mesh.run(5 * S);
    for (const number of [2, 4]) {
      expect(deliveredAt(mesh, number)).toEqual([SECRET]);
    }
    const [onward] = mesh.node(2).all('forward');
    expect(payloadOf(decoded(onward!.octets)).data).not.toEqual(SECRET);
  });

  test('are not secured where they never leave the node', () => {
    const node = new Node(4, PLAN, optionsOf([...SOURCE, ...DESTINATION]));
    node.agent.register(0, 9);
    node.agent.originate(S, request({}));
    node.drain(S);
    expect(node.all('deliver').map(({ adu }) => adu)).toEqual([SECRET]);
    expect(node.all('security')).toEqual([]);
  });

  test('are refused to the application where they cannot be secured as the rules want', () => {
    const node = new Node(1, PLAN, optionsOf([signs({ key: 'nobody' })]));
    node.agent.originate(S, request({}));
    node.drain(S);
    expect(node.all('refused')).toMatchObject([{ service: 7, reason: 'not-securable' }]);
    expect(node.all('security-failed')).toMatchObject([{ fault: { key: 'bpsec.key' } }]);
  });

  test('keep the class of their traffic at the source, though it is encrypted', () => {
    const node = new Node(1, PLAN, optionsOf([seals({ targets: [BLOCK_TYPE.trafficClass] })]));
    node.up(0, 2);
    node.agent.originate(S, request({ trafficClass: 3 }));
    node.drain(S);
    expect(node.all('forward')).toMatchObject([{ trafficClass: 3 }]);
  });
});

describe('a relay that means harm', () => {
  const [failed, missing] = ['failed-security-operation', 'missing-security-operation'];
  /** What is broken without any key is seen by the next node. */
  const attacks: [string, (octets: Uint8Array) => Uint8Array, number, string, string][] = [
    ['flips an octet of the payload', flipPayload, 4, failed, 'crypto.tag'],
    ['alters the primary block', lengthenLife, 4, failed, 'crypto.tag'],
    ['strips all security', strip(11, 12), 4, missing, 'bpsec.missing-operation'],
    ['strips the signatures', strip(11), 4, missing, 'bpsec.missing-operation'],
    ['strips the encryption', strip(12), 3, 'block-unintelligible', 'cbor.unexpected-type'],
    ['garbles a security block', garble, 3, 'block-unintelligible', 'bpsec.targets'],
  ];
  test.each(attacks)('%s: nothing is delivered', (_, alter, at, reason, fault) => {
    const mesh = row({ 1: SOURCE, 2: [], 3: [], 4: DESTINATION });
    tamper(mesh, alter);
    send(mesh);
    mesh.run(5 * S);
    expect(mesh.node(4).all('deliver')).toEqual([]);
    expect(mesh.node(at).agent.ledger().deleted).toEqual({ [reason]: 1 });
    const failures = mesh.node(at).all('security-failed');
    expect(failures.map((failure) => failure.fault.key)).toEqual([fault]);
  });

  test('flips an octet of what is only signed: the verifier on the way drops it', () => {
    const mesh = row({ 1: [signs()], 2: [], 3: [verifies('integrity')], 4: [] });
    tamper(mesh, flipPayload);
    send(mesh);
    mesh.run(5 * S);
    expect(mesh.node(3).all('forward')).toEqual([]);
    expect(mesh.node(3).agent.ledger().deleted).toEqual({ 'failed-security-operation': 1 });
    expect(mesh.node(4).said).toEqual([]);
  });

  test('puts the security blocks of one bundle on another', () => {
    const mesh = row({ 1: SOURCE, 2: [], 3: [], 4: DESTINATION });
    let first: Bundle | undefined;
    tamper(mesh, (octets) => {
      const bundle = decoded(octets);
      if (first === undefined) {
        first = bundle;
        return octets;
      }
      return encodeBundle({ primary: bundle.primary, blocks: first.blocks });
    });
    send(mesh);
    send(mesh, { adu: new Uint8Array(25) });
    mesh.run(5 * S);
    expect(deliveredAt(mesh, 4)).toEqual([SECRET]);
    expect(mesh.node(4).agent.ledger().deleted).toEqual({ 'failed-security-operation': 1 });
  });

  test('sends a forged bundle first: the true one is no copy of it', () => {
    const mesh = row({ 1: SOURCE, 2: [], 3: [], 4: DESTINATION });
    const { octets } = made(mesh);
    mesh.node(4).agent.receive(S, flipPayload(octets), 3);
    mesh.node(4).drain(S);
    mesh.node(4).agent.receive(S, octets.slice(), 3);
    mesh.node(4).drain(S);
    expect(mesh.node(4).all('duplicate')).toEqual([]);
    expect(deliveredAt(mesh, 4)).toEqual([SECRET]);
  });

  test('forges a fragment: the whole is not delivered', () => {
    const mesh = row({ 1: SOURCE, 2: [], 3: [], 4: DESTINATION }, (node) =>
      node === 2 ? { fragmentOctetsMax: 500 } : {},
    );
    let count = 0;
    tamper(mesh, (octets) => (count++ === 1 ? flipPayload(octets) : octets));
    send(mesh, { adu: new Uint8Array(900) });
    mesh.run(5 * S);
    expect(mesh.node(4).all('deliver')).toEqual([]);
    const { deleted, stored } = mesh.node(4).agent.ledger();
    expect([Object.keys(deleted), stored]).toEqual([['failed-security-operation'], 0]);
  });
});

describe('what is told of a failure', () => {
  test('a report on the deletion has the reason of the registry', () => {
    const mesh = row({ 1: SOURCE, 2: [], 3: [], 4: DESTINATION }, () => ({ statusReports: true }));
    tamper(mesh, flipPayload);
    send(mesh, { reports: { deletion: true } });
    mesh.run(5 * S);
    expect(
      mesh
        .node(1)
        .all('report')
        .map(({ report }) => [report.deleted !== undefined, report.reason]),
    ).toEqual([[true, 15]]);
  });

  test('a block that fails is taken out, the rest delivered, and reception reports say why', () => {
    const age = verifies('integrity', {
      targets: [BLOCK_TYPE.trafficClass],
      onFailure: 'remove-block',
      required: true,
    });
    const mesh = row({ 1: [], 2: [age], 3: [], 4: [] }, () => ({ statusReports: true }));
    send(mesh, { reports: { reception: true } });
    mesh.run(5 * S);
    const [onward] = mesh.node(2).all('forward');
    expect(decoded(onward!.octets).blocks.map(({ type }) => type)).not.toContain(
      BLOCK_TYPE.trafficClass,
    );
    expect(mesh.node(4).all('deliver')).toHaveLength(1);
    const reasons = mesh
      .node(1)
      .all('report')
      .map(({ from, report }) => [from, report.reason]);
    expect(reasons).toContainEqual([ipnEid(2, 0), 12]);
  });

  test('one that is kept goes on as it came', () => {
    const mesh = row({
      1: [signs()],
      2: [],
      3: [verifies('integrity', { onFailure: 'keep' })],
      4: [],
    });
    tamper(mesh, flipPayload);
    send(mesh);
    mesh.run(5 * S);
    expect(mesh.node(3).all('security-failed')).toMatchObject([{ handling: 'keep' }]);
    expect(mesh.node(4).all('deliver')).toHaveLength(1);
  });
});

describe('a node without rules', () => {
  test('passes on what others secured, but delivers no ciphertext', () => {
    const mesh = row({ 1: [seals()], 2: [], 3: [], 4: undefined });
    send(mesh);
    mesh.run(5 * S);
    expect(mesh.node(4).all('deliver')).toEqual([]);
    expect(mesh.node(4).agent.ledger().deleted).toEqual({ 'unexpected-security-operation': 1 });
  });

  test('delivers what is only signed', () => {
    const mesh = row({ 1: [signs()], 2: undefined, 3: undefined, 4: undefined });
    send(mesh);
    mesh.run(5 * S);
    expect(deliveredAt(mesh, 4)).toEqual([SECRET]);
  });
});

describe('a gateway that cannot add an operation', () => {
  test.each([
    ['drops the bundle', 'discard-bundle', 0, { 'conflicting-security-operation': 1 }],
    ['lets it go without, where its rule says so', 'keep', 1, {}],
  ] as const)('%s', (_, onFailure, deliveries, deleted) => {
    const mesh = row({ 1: [signs()], 2: [signs({ onFailure })], 3: [], 4: [] });
    send(mesh);
    mesh.run(5 * S);
    expect(mesh.node(4).all('deliver')).toHaveLength(deliveries);
    expect(mesh.node(2).agent.ledger().deleted).toEqual(deleted);
  });

  test('lets pass what comes back to it, as it lets pass its own', () => {
    const gateway = new Node(2, PLAN, optionsOf([seals({ key: 'kek' })], 2));
    gateway.up(0, 3);
    const mesh = row({ 1: [], 2: [], 3: [], 4: [] });
    gateway.agent.receive(S, made(mesh).octets, 1);
    gateway.drain(S);
    const [first] = gateway.all('forward');
    // It comes back by way of node 3, which makes a hop of it.
    gateway.agent.receive(2 * S, onward(first!.octets, 3), 3);
    gateway.drain(2 * S);
    gateway.runUntil(20 * S);
    expect(gateway.all('duplicate')).toEqual([]);
    expect(gateway.agent.ledger().deleted).toEqual({});
    expect(gateway.all('security').map(({ act }) => act)).toEqual(['secured']);
    const source = new Node(1, PLAN, optionsOf([signs()]));
    source.up(0, 2);
    source.agent.originate(S, request({}));
    source.drain(S);
    source.agent.receive(2 * S, onward(source.all('forward')[0]!.octets, 2), 2);
    source.drain(2 * S);
    expect(source.all('duplicate')).toEqual([]);
    expect(source.agent.ledger()).toMatchObject({ accepted: 2, deleted: {} });
  });

  test('leaves a fragment alone only where its rule says so', () => {
    for (const [onFailure, count] of [
      ['discard-bundle', 0],
      ['keep', 1],
    ] as const) {
      const mesh = row({ 1: [], 2: [], 3: [seals({ onFailure })], 4: [] }, (node) =>
        node === 2 ? { fragmentOctetsMax: 500 } : {},
      );
      send(mesh, { adu: new Uint8Array(900) });
      mesh.run(5 * S);
      expect(mesh.node(4).all('deliver')).toHaveLength(count);
    }
  });
});

const PLAN = planOf([1, 2, 0, 100], [2, 3, 0, 100], [3, 4, 0, 100]);

/** Four nodes in a row, with these rules; service 9 of the last is there, if `registered`. */
function row(
  rules: Readonly<Record<number, readonly SecurityRule[] | undefined>>,
  options: (node: number) => Partial<AgentOptions> = () => ({}),
  registered = true,
): Mesh {
  const mesh = new Mesh(PLAN, [1, 2, 3, 4], (node) => ({
    ...optionsOf(rules[node], node),
    ...options(node),
  }));
  if (registered) mesh.node(4).agent.register(0, 9);
  mesh.run(0);
  return mesh;
}

function optionsOf(rules: readonly SecurityRule[] | undefined, node = 1): Partial<AgentOptions> {
  if (rules === undefined) return {};
  const keys = ring(nobleProvider.aead, new Counting());
  return { bundleSecurity: { policy: { securitySource: ipnEid(node, 0), rules }, keys } };
}

type Request = Parameters<Node['agent']['originate']>[1];

function request(changes: Partial<Request>): Request {
  return {
    adu: SECRET.slice(),
    destination: ipnEid(4, 9) as Eid,
    sourceService: 7,
    lifetimeMs: 60_000,
    trafficClass: 1,
    ...changes,
  };
}

function send(mesh: Mesh, changes: Partial<Request> = {}): void {
  mesh.node(1).agent.originate(S, request(changes));
  mesh.node(1).drain(S);
}

/** A secured bundle as node 1 makes it, which nobody has received yet. */
function made(mesh: Mesh): { octets: Uint8Array } {
  send(mesh);
  const [stored] = mesh.node(1).all('store');
  return { octets: stored!.octets.slice() };
}

/** The bundle as a relay would send it on. */
function onward(octets: Uint8Array, node: number): Uint8Array {
  return encodeOnward(decoded(octets), ipnEid(node, 0), undefined);
}

function tamper(mesh: Mesh, alter: (octets: Uint8Array) => Uint8Array): void {
  const relay = mesh.node(2);
  const forward = relay.onForward;
  relay.onForward = (output, now) =>
    forward(output.to === 3 ? { ...output, octets: alter(output.octets) } : output, now);
}

function flipPayload(octets: Uint8Array): Uint8Array {
  const { primary, blocks } = decoded(octets);
  const payload = blocks.at(-1)!;
  const data = payload.data.slice();
  data[3]! ^= 1;
  return encodeBundle({
    primary,
    blocks: [...blocks.slice(0, -1), { ...payload, data, octets: undefined }],
  });
}

function lengthenLife(octets: Uint8Array): Uint8Array {
  const { primary, blocks } = decoded(octets);
  const { lifetimeMs } = primary;
  return encodeBundle({
    primary: { ...primary, lifetimeMs: lifetimeMs + 1, octets: undefined },
    blocks,
  });
}

function strip(...stripped: number[]): (octets: Uint8Array) => Uint8Array {
  return (octets) => {
    const { primary, blocks } = decoded(octets);
    return encodeBundle({ primary, blocks: blocks.filter(({ type }) => !stripped.includes(type)) });
  };
}

function deliveredAt(mesh: Mesh, node: number): readonly Uint8Array[] {
  return mesh
    .node(node)
    .all('deliver')
    .map(({ adu }) => adu);
}

function garble(octets: Uint8Array): Uint8Array {
  const { primary, blocks } = decoded(octets);
  const bad = blocks.map((block) =>
    block.type === BLOCK_TYPE.confidentiality
      ? { ...block, data: Uint8Array.of(0x80), octets: undefined }
      : block,
  );
  return encodeBundle({ primary, blocks: bad });
}

function decoded(octets: Uint8Array): Bundle {
  const bundle = decodeBundle(octets);
  if (bundle instanceof Fault) throw new Error(bundle.key);
  return bundle;
}

function fail(): never {
  throw new Error('nothing was stored');
}
