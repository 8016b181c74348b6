/** `orbweaver keys`: the constellation authority, for people with real devices. */
import type { CommandGroup } from './command.ts';
import { KEYS_BUNDLE_KEY } from './keys/bundle-key-command.ts';
import { KEYS_CREATE } from './keys/create-command.ts';
import { KEYS_EPOCH } from './keys/epoch-command.ts';
import { KEYS_INSPECT } from './keys/inspect-command.ts';
import { KEYS_ISSUE } from './keys/issue-command.ts';
import { KEYS_ISSUER } from './keys/issuer-command.ts';
import { KEYS_REVOKE } from './keys/revoke-command.ts';
import { KEYS_STATEMENT } from './keys/statement-command.ts';

/** Makes an authority, and does what it is there for. */
export const KEYS: CommandGroup = {
  name: 'keys',
  summary: 'Run the authority of a constellation: certificates, revocation, epochs',
  commands: [
    KEYS_CREATE,
    KEYS_ISSUE,
    KEYS_INSPECT,
    KEYS_REVOKE,
    KEYS_EPOCH,
    KEYS_ISSUER,
    KEYS_STATEMENT,
    KEYS_BUNDLE_KEY,
  ],
  notes: `Scenarios need none of this: orbweaver up makes an authority for every run. docs/keys.md
goes from an authority to two nodes that trust it. Secrets stay in files and are never printed.`,
  example: 'orbweaver keys create authority --name "Example constellation"',
};
