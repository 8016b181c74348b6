import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { KEYS } from '#harness/cli/keys-command.ts';
import { keys, keysJson, scratchFolder } from './keys/keys-run.ts';

const base = scratchFolder();
let authority = '';
let count = 0;

beforeAll(async () => {
  authority = await newAuthority();
});

describe('orbweaver keys', () => {
  it('lists its commands, and tells the same when none is named', async () => {
    const { code, out } = await keys('--help');
    expect(code).toBe(0);
    for (const { name } of KEYS.commands) expect(out).toContain(`orbweaver ${name} <`);
    expect(await keys()).toEqual({ code: 2, out: '', err: out });
  });

  it.each(KEYS.commands)('$name explains every flag, with an example', async (command) => {
    const { code, out } = await keys(...command.name.split(' ').slice(1), '--help');
    expect(code).toBe(0);
    expect(out).toContain(`Example: ${command.example}`);
    for (const flag of Object.keys(command.flags)) expect(out).toContain(`--${flag}`);
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });

  it('suggests the command that was meant', async () => {
    const { code, err } = await keys('isue', 'x');
    expect(code).toBe(2);
    expect(err).toContain('keys isue is not a command of orbweaver. Expected one of keys create,');
    expect(err).toContain('Perhaps keys issue was meant.');
  });

  it('never prints a secret, whatever it is asked', async () => {
    const folder = await newAuthority();
    const out = join(base, 'secretive.json');
    const science = ['--name', 'science', '--use', 'aes-256-gcm', '--nodes', 'ipn:7.*'];
    const told = [
      await keys('bundle-key', folder, ...science),
      await keys('bundle-key', folder, '--name', 'science', '--out', join(base, 'science.json')),
      await keys('issue', folder, '--eid', 'ipn:7.0', '--scid', '7', '--out', out),
      await keys('inspect', out, '--authority', folder),
      await keys('inspect', out, '--json'),
      await keys('inspect', join(folder, 'private/root.key')),
      await keys('revoke', folder, '--eid', 'ipn:7.0'),
      await keys('epoch', folder, '--json'),
      await keys('issuer', folder),
      await keys('statement', folder, '--json'),
    ];
    const { identityPrivateKey, admissionKeys, bundleKeys } = JSON.parse(readFileSync(out, 'utf8'));
    const secrets = [
      bundleKeys[0].octets,
      identityPrivateKey,
      ...admissionKeys.map(({ key }: { key: string }) => key),
      ...readdirSync(join(folder, 'private'))
        .filter((name) => !name.startsWith('bundle-'))
        .map((name) => readFileSync(join(folder, 'private', name), 'utf8').trim()),
    ];
    const text = told.map((each) => each.out + each.err).join();
    for (const secret of secrets) expect(text).not.toContain(secret.slice(0, 12));
  });

  it.skipIf(process.platform === 'win32')('warns of a secret that others can read', async () => {
    const folder = await newAuthority();
    const file = join(folder, 'private/root.key');
    chmodSync(file, 0o644);
    const { code, err } = await keys('statement', folder);
    expect(code).toBe(0);
    expect(err).toBe(
      `${file}: others than its owner can use these secrets. Run chmod 600 on it.\n`,
    );
  });
});

describe('orbweaver keys create', () => {
  it('makes an authority and names the next step', async () => {
    const folder = join(base, 'created');
    const { code, out, err } = await keys('create', folder, '--name', 'Example', '--epoch', '5');
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain(`Next: orbweaver keys issue ${folder}`);
    expect(readdirSync(join(folder, 'private')).sort()).toMatchObject([
      'admission-5.key',
      'admission-6.key',
      expect.stringMatching(/^issuer-[0-9a-f]{16}\.key$/),
      'root.key',
    ]);
  });

  it.each([
    [['--name', 'x'.repeat(65)], 'Expected a name of at most 64 octets'],
    [['--name', ' '], '--name is  . Expected a name'],
    [[], '--name is not given. Add --name NAME.'],
    [['--name', 'x', '--epoch', 'one'], '--epoch is one. Expected a whole number'],
  ])('refuses %j', async (flags, told) => {
    const { code, err } = await keys('create', join(base, 'refused'), ...flags);
    expect(code).toBe(2);
    expect(err).toContain(told);
    expect(existsSync(join(base, 'refused'))).toBe(false);
  });

  it('refuses a folder that holds anything', async () => {
    const { code, err } = await keys('create', authority, '--name', 'x');
    expect(code).toBe(2);
    expect(err).toContain('it exists already. Choose a folder that does not exist yet.');
  });
});

describe('orbweaver keys bundle-key', () => {
  const KEY = ['--name', 'science', '--use', 'hmac-sha384', '--nodes', 'ipn:[7-8].*'];

  it('makes a key that goes with the credentials of the nodes it is for, and no others', async () => {
    const folder = await newAuthority();
    const { code, out } = await keys('bundle-key', folder, ...KEY);
    expect([code, out]).toEqual([0, expect.stringContaining('hmac, 48 octets')]);
    const given = await Promise.all(
      [7, 8, 9].map(async (node) => {
        const file = join(base, `granted-${node}.json`);
        const eid = ['--eid', `ipn:${node}.0`, '--scid', `${node}`];
        const { bundleKeys } = await keysJson('issue', folder, ...eid, '--out', file);
        const { out: inspected } = await keys('inspect', file);
        expect(inspected.includes('bundle keys    science')).toBe(node < 9);
        return [bundleKeys, JSON.parse(readFileSync(file, 'utf8')).bundleKeys?.[0].octets];
      }),
    );
    expect(given).toEqual([
      [['science'], expect.stringMatching(/^[0-9a-f]{96}$/)],
      [['science'], given[0]![1]],
      [[], undefined],
    ]);
  });

  it('writes a key to a file that a configuration can name', async () => {
    const folder = await newAuthority();
    await keys('bundle-key', folder, ...KEY);
    const file = join(base, 'science-key.json');
    const again = await keysJson('bundle-key', folder, '--name', 'science', '--out', file);
    expect(again).toMatchObject({ use: 'hmac', octets: 48, nodes: 'ipn:[7-8].*', file });
    const { keys: kept } = JSON.parse(
      readFileSync(join(folder, 'private/bundle-science.key'), 'utf8'),
    );
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(kept);
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
    const { code, err } = await keys('bundle-key', folder, '--name', 'science', '--out', file);
    expect([code, err]).toEqual([2, expect.stringContaining('it exists already')]);
  });

  it.each([
    [['--name', 'a/b'], '--name is a/b. Expected up to 40 letters'],
    [['--name', 'new'], '--use is missing. Expected one of hmac-sha256'],
    [['--name', 'new', '--use', 'rsa'], '--use is rsa'],
    [
      ['--name', 'new', '--use', 'key-wrap', '--nodes', 'all'],
      '--nodes is all. Expected a pattern',
    ],
    [KEY, 'there is a key science already. Give another name'],
    [['--name', 'science'], '--use is missing'],
  ])('refuses %j', async (flags, told) => {
    const folder = await newAuthority();
    await keys('bundle-key', folder, ...KEY);
    const { code, err } = await keys('bundle-key', folder, ...flags);
    expect([code, err]).toEqual([2, expect.stringContaining(told)]);
  });
});

describe('orbweaver keys issue', () => {
  it('certifies nothing that it has no place for', async () => {
    const folder = await newAuthority();
    const args = ['issue', folder, '--eid', 'ipn:9.0', '--scid', '9'];
    const { code, err } = await keys(...args, '--out', join(base, 'nowhere/node.json'));
    expect([code, certificatesIn(folder)]).toEqual([2, 0]);
    expect(err).toContain('its folder does not exist');
  });

  it('writes credentials that only their owner can read', async () => {
    const out = join(base, 'alpha.json');
    const told = await keysJson(
      ...['issue', authority, '--eid', 'ipn:257.0', '--scid', '257,258'],
      ...['--role', 'satellite,relay', '--epochs', '1..3', '--out', out],
    );
    expect(told).toMatchObject({ scids: [257, 258], roles: 5, epochs: { first: 1, last: 3 } });
    if (process.platform !== 'win32') expect(statSync(out).mode & 0o777).toBe(0o600);
    const inspected = await keysJson('inspect', out, '--authority', authority);
    expect(inspected).toMatchObject({
      kind: 'credentials',
      eid: 'ipn:257.0',
      hasPrivateKey: true,
      roles: ['satellite', 'relay'],
      certificateId: told.certificateId,
      verdict: 'accepted',
    });
  });

  it('certifies a key made on the device, and gives no private one', async () => {
    const out = join(base, 'device.json');
    const key = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a';
    await keysJson(
      ...['issue', authority, '--eid', 'ipn:9.0', '--scid', '9'],
      ...['--public-key', key, '--out', out],
    );
    expect(JSON.parse(readFileSync(out, 'utf8'))).not.toHaveProperty('identityPrivateKey');
    const inspected = await keysJson('inspect', out, '--authority', authority);
    expect(inspected).toMatchObject({ publicKey: key, hasPrivateKey: false, verdict: 'accepted' });
  });

  it('says what one epoch alone leads to', async () => {
    const out = join(base, 'brief.json');
    const told = await keys(
      ...['issue', authority, '--eid', 'ipn:9.0', '--scid', '9', '--epochs', '1..1', '--out', out],
    );
    expect(told.out).toContain('the node cannot follow when the epoch advances');
  });

  it.each([
    [['--scid', '1'], '--eid is not given'],
    [['--eid', 'ipn:1.0'], '--scid is not given'],
    [['--eid', 'ipn:1.5', '--scid', '1'], 'Expected the endpoint of a node, such as ipn:257.0'],
    [['--eid', 'http://x', '--scid', '1'], '--eid is http://x'],
    [['--eid', 'ipn:1.0', '--scid', '1,1'], '--scid is 1,1. Expected 1 to 4 different numbers'],
    [['--eid', 'ipn:1.0', '--scid', '1,2,3,4,5'], '--scid is 1,2,3,4,5'],
    [['--eid', 'ipn:1.0', '--scid', '65536'], 'from 0 to 65535'],
    [['--eid', 'ipn:1.0', '--scid', ''], '--scid has no value'],
    [['--eid', 'ipn:1.0', '--scid', '1', '--role', 'king'], 'satellite, ground, relay, test'],
    [['--eid', 'ipn:1.0', '--scid', '1', '--role', 'groud'], 'Perhaps ground was meant'],
    [['--eid', 'ipn:1.0', '--scid', '1', '--epochs', '2..1'], 'Expected first..last, such as 1..2'],
    [['--eid', 'ipn:1.0', '--scid', '1', '--epochs', '0..0'], 'that end at 1 or later'],
    [['--eid', 'ipn:1.0', '--scid', '1', '--epochs', '1'], '--epochs is 1.'],
    [['--eid', 'ipn:1.0', '--scid', '1', '--epochs', '1..70000'], '--epochs is 1..70000'],
    [
      ['--eid', 'ipn:1.0', '--scid', '1', '--public-key', 'ab'],
      'Expected 32 octets in hexadecimal',
    ],
  ])('refuses %j and issues nothing', async (flags, told) => {
    const before = certificatesIn(authority);
    const out = join(base, 'never.json');
    const { code, err } = await keys('issue', authority, ...flags, '--out', out);
    expect(code).toBe(2);
    expect(err).toContain(told);
    expect(existsSync(out)).toBe(false);
    expect(certificatesIn(authority)).toBe(before);
  });

  it('overwrites no file, and issues nothing then', async () => {
    const out = join(base, 'taken.json');
    writeFileSync(out, 'mine');
    const before = certificatesIn(authority);
    const args = ['issue', authority, '--eid', 'ipn:1.0', '--scid', '1', '--out', out];
    expect((await keys(...args)).err).toContain('it exists already. Name another file with --out');
    expect(readFileSync(out, 'utf8')).toBe('mine');
    expect(certificatesIn(authority)).toBe(before);
  });

  it('refuses a folder that is no authority', async () => {
    const { code, err } = await keys('issue', base, '--eid', 'ipn:1.0', '--scid', '1');
    expect(code).toBe(2);
    expect(err).toContain('Name the folder that orbweaver keys create has made');
  });
});

describe('orbweaver keys revoke', () => {
  it('withdraws every certificate of a node that still holds', async () => {
    const folder = await newAuthority();
    const [one, other] = [await issue(folder, 7), await issue(folder, 7)];
    const kept = await issue(folder, 8);
    const { serial, revoked, file } = await keysJson('revoke', folder, '--eid', 'ipn:7.0');
    expect(serial).toBe(2);
    expect(revoked).toEqual([one.certificateId, other.certificateId].sort());
    expect(file).toBe(join(folder, 'public/statements/000002.cose'));
    const { code, out } = await keys('inspect', one.file, '--authority', folder);
    expect(code).toBe(2);
    expect(out).toContain('a node would refuse it: certificate: revoked');
    expect((await keys('inspect', kept.file, '--authority', folder)).code).toBe(0);
  });

  it('withdraws one certificate, and the boots before one', async () => {
    const folder = await newAuthority();
    const { certificateId } = await issue(folder, 7);
    await issue(folder, 7);
    const told = await keysJson(
      ...['revoke', folder, '--certificate', certificateId, '--least-boot', '7=3,8=1'],
    );
    expect(told).toMatchObject({ revoked: [certificateId], leastBoots: { 7: 3, 8: 1 } });
  });

  it.each([
    [[], 'nothing is named that is to be revoked'],
    [['--eid', 'ipn:75.0'], 'ipn:75.0 has no certificate. Perhaps ipn:7.0 was meant'],
    [['--certificate', 'ab'], 'Expected 16 octets in hexadecimal'],
    [['--certificate', 'ab'.repeat(16)], 'is none of this authority'],
    [['--least-boot', '7'], 'Expected spacecraft id and boot, such as 257=3'],
    [['--least-boot', '7=x'], '--least-boot is 7=x'],
    [['--least-boot', '7=1=2'], '--least-boot is 7=1=2'],
  ])('refuses %j and signs nothing', async (flags, told) => {
    const folder = await newAuthority();
    await issue(folder, 7);
    const { code, err } = await keys('revoke', folder, ...flags);
    expect(code).toBe(2);
    expect(err).toContain(told);
    expect(readdirSync(join(folder, 'public/statements'))).toEqual(['000001.cose']);
  });

  it('says when all is revoked already', async () => {
    const folder = await newAuthority();
    const { certificateId } = await issue(folder, 7);
    await keys('revoke', folder, '--eid', 'ipn:7.0');
    const again = await keys('revoke', folder, '--eid', 'ipn:7.0');
    expect(again.err).toContain('ipn:7.0 has no certificate that still holds');
    const same = await keys('revoke', folder, '--certificate', certificateId);
    expect(same.err).toContain('is revoked already');
  });
});

describe('orbweaver keys epoch', () => {
  it('begins the next epoch, makes its admission key and names what ends', async () => {
    const folder = await newAuthority();
    await issue(folder, 7);
    await issue(folder, 8);
    await keys('revoke', folder, '--eid', 'ipn:8.0');
    const { out } = await keys('epoch', folder);
    expect(out).toMatch(/epoch +2\nserial +3\n/);
    expect(out).toContain('Then renew what ends with epoch 2: ipn:7.0.');
    expect(existsSync(join(folder, 'private/admission-3.key'))).toBe(true);
  });
});

describe('orbweaver keys issuer', () => {
  it('lists a new issuer that signs from the next epoch on', async () => {
    const folder = await newAuthority();
    const { issuerPublicKeys } = await keysJson('issuer', folder);
    expect(issuerPublicKeys).toHaveLength(2);
    const before = await keysJson('inspect', (await issue(folder, 7)).file);
    await keys('epoch', folder);
    const { file } = await issue(folder, 8);
    const after = await keysJson('inspect', file, '--authority', folder);
    expect(after.issuerKeyId).not.toBe(before.issuerKeyId);
    expect(after.verdict).toBe('accepted');
  });
});

describe('orbweaver keys statement', () => {
  it('replaces nothing but a statement', async () => {
    const folder = await newAuthority();
    const out = join(base, 'precious.json');
    writeFileSync(out, '{}');
    const { code, err } = await keys('statement', folder, '--out', out);
    expect([code, readFileSync(out, 'utf8')]).toEqual([2, '{}']);
    expect(err).toContain('is no constellation statement');
  });

  it('shows the newest and writes it over an older one', async () => {
    const folder = await newAuthority();
    const out = join(base, 'statement.cose');
    expect(await keysJson('statement', folder)).toMatchObject({ epoch: 1, serial: 1 });
    await keys('statement', folder, '--out', out);
    await keys('epoch', folder);
    const { octets } = await keysJson('statement', folder, '--out', out);
    expect(readFileSync(out, 'hex')).toBe(octets);
    expect((await keysJson('inspect', out)).serial).toBe(2);
  });
});

function newAuthority(): Promise<string> {
  const folder = join(base, `authority-${count++}`);
  return keysJson('create', folder, '--name', 'Example').then(() => folder);
}

function issue(folder: string, node: number) {
  const out = join(base, `node-${count++}.json`);
  return keysJson(
    ...['issue', folder, '--eid', `ipn:${node}.0`, '--scid', String(node), '--out', out],
  );
}

function certificatesIn(folder: string): number {
  return readdirSync(join(folder, 'public/certificates')).length;
}
