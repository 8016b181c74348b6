/** How a node agrees keys, as its configuration says it. */
import { MICROSECONDS_PER_S } from '#protocol/machine.ts';
import { SESSION_LIMITS, type SessionLimits, sessionLimits } from '#protocol/session/limits.ts';
import type { JsonCursor } from './json-cursor.ts';

/** Managed parameters of the key agreement; those of the specification where it is left out. */
export interface SecurityConfig {
  /** After so long the keys of a link are replaced, give or take a tenth. */
  readonly rekeyAfterUs: number;
}

/** Checks what a person wrote. Source: LS-1006. */
export function readSecurity(cursor: JsonCursor): SecurityConfig {
  cursor.object(['rekeyAfterUs']);
  const rekeyAfterUs = cursor
    .at('rekeyAfterUs')
    .integer(MICROSECONDS_PER_S, SESSION_LIMITS.rekey.ageUs);
  return { rekeyAfterUs };
}

/** The limits of sessions under a configuration. */
export function limitsOf(security: SecurityConfig | undefined): SessionLimits {
  return security === undefined ? SESSION_LIMITS : sessionLimits({ ageUs: security.rekeyAfterUs });
}
