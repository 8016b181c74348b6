/** What a `keys` command has to say: facts for people, JSON for programs, and the next step. */
import { join } from 'node:path';
import { toHex } from '#protocol/bytes/octets.ts';
import { statementFile } from '../../authority/authority-folder.ts';
import type { SignedStatement } from '../../authority/contract.ts';
import type { Invocation, Terminal } from '../command.ts';

/** Never holds a secret. */
export interface Answer {
  /** Name and value, one a line. */
  readonly facts: readonly (readonly [string, string])[];
  readonly json: Readonly<Record<string, unknown>>;
  /** What to do now, as sentences; empty if nothing. */
  readonly next: string;
}

/** Prints an answer as the flag `--json` asks for it. */
export function tell(
  { facts, json, next }: Answer,
  { flags }: Invocation,
  { out }: Terminal,
): void {
  if (flags.json === true) {
    out.write(`${JSON.stringify(json, undefined, 2)}\n`);
    return;
  }
  out.write(formatFacts(facts));
  if (next !== '') out.write(`\n${next}\n`);
}

/** Tells of a statement that has just been signed; `then` are further sentences. */
export function tellStatement(
  folder: string,
  statement: SignedStatement,
  then: string,
  invocation: Invocation,
  terminal: Terminal,
): void {
  const file = join(folder, statementFile(statement.serial));
  const facts = [...statementFacts(statement), ['file', file] as const];
  const json = { ...statementJson(statement), file };
  tell({ facts, json, next: `Next: hand ${file} to a node.${then}` }, invocation, terminal);
}

/** Facts as lines, their values in one column. */
export function formatFacts(facts: Answer['facts']): string {
  const width = Math.max(...facts.map(([name]) => name.length));
  return facts.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`).join('');
}

/** A statement in words. */
export function statementFacts(statement: SignedStatement): Answer['facts'] {
  const { epoch, serial, issuerPublicKeys, revoked, leastBoots } = statement;
  const boots = [...leastBoots].map(([scid, boot]) => `spacecraft ${scid} from boot ${boot}`);
  return [
    ['epoch', String(epoch)],
    ['serial', String(serial)],
    ...issuerPublicKeys.map((key) => ['issuer', toHex(key)] as const),
    ['revoked', revoked.size === 0 ? 'none' : `${revoked.size}`],
    ...[...revoked].map((id) => ['  certificate', id] as const),
    ...(boots.length === 0 ? [] : [['least boots', boots.join(', ')] as const]),
  ];
}

/** A statement for programs. */
export function statementJson(statement: SignedStatement): Answer['json'] {
  const { constellationId, epoch, serial, issuerPublicKeys, revoked, leastBoots } = statement;
  return {
    constellationId: toHex(constellationId),
    epoch,
    serial,
    issuerPublicKeys: issuerPublicKeys.map(toHex),
    revoked: [...revoked],
    leastBoots: Object.fromEntries(leastBoots),
    octets: toHex(statement.octets),
  };
}
