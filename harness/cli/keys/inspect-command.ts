/** `orbweaver keys inspect`: what a file of the key agreement says, in words. */
import { readFileSync, statSync } from 'node:fs';
import { chooseCrypto } from '#node/adapters/choose-crypto.ts';
import { ConfigError } from '#node/config-error.ts';
import { permissionWarning } from '#node/credentials-file.ts';
import { toHex } from '#protocol/bytes/octets.ts';
import type { Certificate } from '#protocol/membership/certificate.ts';
import { readPublicParts } from '../../authority/authority-folder.ts';
import {
  type CertificateObject,
  type CredentialsObject,
  type Inspected,
  type KeyStatementObject,
  readInspected,
  type StatementObject,
} from '../../authority/inspection.ts';
import { type Judgement, judge } from '../../authority/judgement.ts';
import type { Command, Invocation, Terminal } from '../command.ts';
import { type Answer, formatFacts, statementFacts, statementJson } from './answer.ts';
import { formatRoles } from './flags.ts';

/** Tells what files are, and whether a node would accept them. */
export const KEYS_INSPECT: Command = {
  name: 'keys inspect',
  summary: 'Tell what certificates, statements and credentials say',
  positionals: ['file…'],
  flags: {
    authority: { type: 'string', value: 'FOLDER', help: 'verify with its public parts' },
    json: { type: 'boolean', help: 'print JSON, one value a line' },
    help: { type: 'boolean', help: 'this text' },
  },
  notes: `Reads certificates, constellation statements and handshake key statements, as octets or in
hexadecimal, and credentials. No private octet is shown. With --authority the verdict is that of a
node which knows the newest statement; exit code 2 if it would refuse one of the files. Only
<folder>/public is read.`,
  example: 'orbweaver keys inspect alpha.json --authority authority',
  run,
};

async function run({ positionals, flags }: Invocation, terminal: Terminal): Promise<number> {
  const { curve } = await chooseCrypto('auto');
  const { authority: folder } = flags;
  const authority = folder === undefined ? undefined : readPublicParts(String(folder), curve);
  let code = 0;
  positionals.forEach((file, index) => {
    const inspected = readInspected(readOctets(file), file);
    const judgement = judge(inspected, authority, curve);
    if (judgement.verdict === 'refused') code = 2;
    const { facts, json } = describe(inspected);
    if (flags.json === true) {
      terminal.out.write(`${JSON.stringify({ file, ...json, ...judgement })}\n`);
      return;
    }
    if (index > 0) terminal.out.write('\n');
    const verdict = ['verdict', wordsOf(judgement)] as const;
    terminal.out.write(formatFacts([['file', file], ...facts, verdict]));
    if (inspected.kind !== 'credentials') return;
    const warning = permissionWarning(file, statSync(file).mode);
    if (warning !== undefined) terminal.err.write(`${warning}\n`);
  });
  return code;
}

function wordsOf(judgement: Judgement): string {
  switch (judgement.verdict) {
    case 'accepted':
      return 'a node would accept it';
    case 'refused':
      return `a node would refuse it: ${judgement.reason}`;
    case 'unverified':
      return 'not verified; name the authority with --authority';
  }
}

function describe(inspected: Inspected): Pick<Answer, 'facts' | 'json'> {
  switch (inspected.kind) {
    case 'certificate':
      return describeCertificate(inspected);
    case 'statement':
      return describeStatement(inspected);
    case 'key-statement':
      return describeKeyStatement(inspected);
    case 'credentials':
      return describeCredentials(inspected);
  }
}

function describeCertificate({
  claims,
  signed,
}: CertificateObject): Pick<Answer, 'facts' | 'json'> {
  const keyId = toHex(signed.keyId);
  return {
    facts: [['kind', 'node certificate'], ...certificateFacts(claims, keyId)],
    json: certificateJson(claims, keyId),
  };
}

function describeStatement({ fields, octets }: StatementObject): Pick<Answer, 'facts' | 'json'> {
  const statement = { ...fields, octets };
  return {
    facts: [
      ['kind', 'constellation statement'],
      ['constellation', toHex(fields.constellationId)],
      ...statementFacts(statement),
    ],
    json: { kind: 'statement', ...statementJson(statement) },
  };
}

function describeKeyStatement({
  fields,
  signed,
}: KeyStatementObject): Pick<Answer, 'facts' | 'json'> {
  const { epoch, boot } = fields;
  const constellationId = toHex(fields.constellationId);
  const certificateId = toHex(signed.keyId);
  const staticPublicKey = toHex(fields.staticPublicKey);
  return {
    facts: [
      ['kind', 'handshake key statement'],
      ['constellation', constellationId],
      ['certificate', certificateId],
      ['static key', staticPublicKey],
      ['epoch', String(epoch)],
      ['boot', String(boot)],
    ],
    json: { kind: 'key-statement', constellationId, certificateId, staticPublicKey, epoch, boot },
  };
}

function describeCredentials(credentials: CredentialsObject): Pick<Answer, 'facts' | 'json'> {
  const { certificate, statement, identityPrivateKey, allowTestEquipment } = credentials;
  const { bundleKeys } = credentials;
  const { claims, signed } = certificate;
  const { epoch, serial } = statement.fields;
  const hasPrivateKey = identityPrivateKey !== undefined;
  return {
    facts: [
      ['kind', 'credentials of a node'],
      ...certificateFacts(claims, toHex(signed.keyId)),
      ['private key', hasPrivateKey ? 'here, not shown' : 'on the device alone'],
      ['statement', `epoch ${epoch}, serial ${serial}`],
      ...(bundleKeys.length === 0 ? [] : [['bundle keys', bundleKeys.join(', ')] as const]),
      ['test peers', allowTestEquipment ? 'allowed' : 'refused'],
    ],
    json: {
      ...certificateJson(claims, toHex(signed.keyId)),
      kind: 'credentials',
      hasPrivateKey,
      statement: { epoch, serial },
      allowTestEquipment,
      bundleKeys,
    },
  };
}

function certificateFacts(claims: Certificate, issuerKeyId: string): Answer['facts'] {
  const { subject, scids, roles, firstEpoch, lastEpoch, issuer } = claims;
  return [
    ['node', `${subject}, spacecraft ${scids.join(', ')}`],
    ['roles', formatRoles(roles)],
    ['certificate', toHex(claims.id)],
    ['public key', toHex(claims.publicKey)],
    ['constellation', toHex(claims.constellationId)],
    ['valid', `epochs ${firstEpoch} to ${lastEpoch}`],
    ['dates', `${dateOf(claims.notBeforeS)} to ${dateOf(claims.expiresAtS)}, advisory`],
    ['issuer', `${issuer}, key ${issuerKeyId}`],
  ];
}

function certificateJson(claims: Certificate, issuerKeyId: string): Answer['json'] {
  const { subject: eid, scids, roles, firstEpoch, lastEpoch, issuer } = claims;
  const { notBeforeS, expiresAtS } = claims;
  return {
    kind: 'certificate',
    eid,
    scids,
    roles: formatRoles(roles).split(', '),
    certificateId: toHex(claims.id),
    publicKey: toHex(claims.publicKey),
    constellationId: toHex(claims.constellationId),
    epochs: { first: firstEpoch, last: lastEpoch },
    notBeforeS,
    expiresAtS,
    issuer,
    issuerKeyId,
  };
}

/** A day, or the seconds where a certificate names a time that no calendar has. */
function dateOf(unixS: number): string {
  const date = new Date(unixS * 1_000);
  return Number.isNaN(date.getTime()) ? `${unixS} s` : date.toISOString().slice(0, 10);
}

function readOctets(file: string): Uint8Array {
  try {
    return Uint8Array.from(readFileSync(file));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError(`it cannot be read (${code})`, { file, remedy: 'Correct the path' });
  }
}
