/** How a node agrees keys, as its configuration says it. */
import { type ChannelOptions, frameSizes } from '#protocol/link/channel.ts';
import { MICROSECONDS_PER_S } from '#protocol/machine.ts';
import { REPLAY_PROFILE, type ReplayProfile } from '#protocol/session/anti-replay.ts';
import type { SuitePolicy } from '#protocol/session/handshake-context.ts';
import { SESSION_LIMITS, type SessionLimits, sessionLimits } from '#protocol/session/limits.ts';
import { WINDOW_WIDTHS } from '#protocol/session/replay-window.ts';
import { ConfigError } from './config-error.ts';
import type { JsonCursor } from './json-cursor.ts';

/** Managed parameters of the key agreement; both ends of a link have the same suite. */
export interface SecurityConfig {
  /** Classical if not given. */
  readonly suite?: SuitePolicy;
  /** After so long the keys of a link are replaced, give or take a tenth; 600 s if not given. */
  readonly rekeyAfterUs?: number;
  /**
   * How far out of order a frame may come; late by less than 4064 counters if not given. `strict`
   * is for links that keep the order, and its `forwardMax`, once a fade has lost more frames than
   * that, stops the traffic until the next session (LS-1102).
   */
  readonly replay?: ReplayProfile;
  /**
   * By how much the time of day of this node may be wrong at most. Under an hour, certificates
   * outside their dates are refused; otherwise, or if not given, that is only told (LS-1402).
   */
  readonly clockErrorMs?: number;
}

/** What sessions are made with. */
export interface SessionPolicy {
  readonly suitePolicy: SuitePolicy;
  readonly limits: SessionLimits;
  readonly replay: ReplayProfile;
}

/** Checks what a person wrote for links on `channel`. Source: LS-402, LS-1006. */
export function readSecurity(cursor: JsonCursor, channel: ChannelOptions): SecurityConfig {
  cursor.object(['suite', 'rekeyAfterUs', 'replay', 'clockErrorMs']);
  const suite = cursor.at('suite');
  const rekeyAfterUs = cursor.at('rekeyAfterUs');
  const replay = cursor.at('replay');
  const clockErrorMs = cursor.at('clockErrorMs');
  const security: SecurityConfig = {
    ...(suite.present ? { suite: suite.oneOf(['classical', 'hybrid']) } : {}),
    ...(rekeyAfterUs.present
      ? { rekeyAfterUs: rekeyAfterUs.integer(MICROSECONDS_PER_S, SESSION_LIMITS.rekey.ageUs) }
      : {}),
    ...(replay.present ? { replay: readReplay(replay) } : {}),
    ...(clockErrorMs.present ? { clockErrorMs: clockErrorMs.integer(0) } : {}),
  };
  const least = leastFrameOctets(security.suite ?? 'classical', channel);
  if (channel.frameOctetsMax < least) {
    const what = `a frame of ${channel.frameOctetsMax} octets does not hold a hybrid HELLO`;
    throw new ConfigError(what, {
      expected: `link.frameOctetsMax of at least ${least}`,
      remedy: 'Raise link.frameOctetsMax, or take the classical suite',
    });
  }
  return security;
}

/** What a configuration comes to, the specification filling in what it leaves out. */
export function sessionPolicyOf(security: SecurityConfig = {}): SessionPolicy {
  const { suite = 'classical', rekeyAfterUs, replay = REPLAY_PROFILE } = security;
  return {
    suitePolicy: suite,
    replay,
    limits: rekeyAfterUs === undefined ? SESSION_LIMITS : sessionLimits({ ageUs: rekeyAfterUs }),
  };
}

/** The shortest frame, on such a channel, that holds a whole HELLO (LS-402). */
export function leastFrameOctets(
  suite: SuitePolicy,
  channel: Omit<ChannelOptions, 'frameOctetsMax'>,
): number {
  return frameSizes(channel, Number.POSITIVE_INFINITY, HELLO_OCTETS[suite]).min;
}

function readReplay(cursor: JsonCursor): ReplayProfile {
  const kind = cursor.at('kind').oneOf(['window', 'strict']);
  if (kind === 'window') {
    return { kind, width: cursor.object(['kind', 'width']).at('width').oneOf(WINDOW_WIDTHS) };
  }
  const forwardMax = cursor.object(['kind', 'forwardMax']).at('forwardMax');
  return forwardMax.present ? { kind, forwardMax: forwardMax.integer(1) } : { kind };
}

/** link-security §6.2. */
const HELLO_OCTETS = { classical: 256, hybrid: 1_280 };
