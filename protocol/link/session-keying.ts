/**
 * Keying by handshake: agrees sessions with the peer, replaces them before they are spent, and
 * watches whether the peer is still there.
 *
 *   connect ──▶ handshake on VC 62 ──▶ session ──▶ link control on VC 61
 *                     ▲                   │
 *                     └───────────────────┘ keys due, peer silent, closed by peer, key spent
 *
 * New keys are agreed while the old ones serve (LS-1001). A session of which the keys are spent is
 * over at once; the link then holds its frames back for as long as a silent peer is waited for, and
 * is down only after that. When the peer falls silent, the link is down, and the session stays for
 * the case that the peer is heard again before there is another one (LS-1004).
 *
 * Source: link-security §6.7, §7, §10.
 */
import { Fault } from '../fault.ts';
import type { FrameOpener, FrameSealer } from '../frame/sdls.ts';
import { type Deadline, type Instant, MICROSECONDS_PER_S } from '../machine.ts';
import { BUDGET, FAILURES_ALARM, LIMIT_AGE, SA_STOPPED, SA_UNKNOWN } from '../session/faults.ts';
import { Handshake } from '../session/handshake.ts';
import type { HandshakeOptions } from '../session/handshake-context.ts';
import type { Session } from '../session/session.ts';
import type { Connection, DownReason, Keying, KeyingOutput, KeyingSnapshot } from './keying.ts';
import { CLOSE, decodeControl, KEEPALIVE, KEEPALIVE_MESSAGE } from './link-control.ts';
import type { LinkSession } from './link-session.ts';
import { type Purpose, SILENCE_US } from './liveness.ts';
import { SessionTable } from './session-table.ts';
import { Soonest } from './soonest.ts';

/** The machine. Its owner drains `poll` after every verb. */
export class SessionKeying implements Keying {
  readonly #options: HandshakeOptions;
  readonly #handshake: Handshake;
  readonly #sessions: SessionTable;
  /** Bounded by the outputs of one verb. */
  readonly #outputs: KeyingOutput[] = [];
  /** From `connect` to `close`. */
  #connection: Connection | undefined = undefined;
  /** The link was told that it is secured, and not yet that it is down. */
  #up = false;
  /** How long the link holds its frames back for want of a key. */
  #heldUntil: Instant = Number.POSITIVE_INFINITY;
  #nextHelloAt: Instant = 0;
  #handshakes = 0;
  #rekeys = 0;
  /** By attempt and reason: bounded by those there are. */
  readonly #failed: Record<string, number> = {};

  constructor(options: HandshakeOptions) {
    this.#options = options;
    this.#handshake = new Handshake(options);
    this.#sessions = new SessionTable(options.random, options.membership.spis);
  }

  connect(now: Instant, connection: Connection): void {
    this.#connection = connection;
    this.#sessions.clear(now, connection.roundTripUs);
    this.#handshake.connect(connection);
    if (connection.initiate) this.#initiate(now);
  }

  close(now: Instant): void {
    this.#connection = undefined;
    this.#up = false;
    this.#heldUntil = Number.POSITIVE_INFINITY;
    this.#handshake.abandon(now);
    this.#obeyHandshake(now);
  }

  disconnect(now: Instant): void {
    this.#sessions.clear(now, 0);
  }

  get sealer(): FrameSealer | undefined {
    return this.#sessions.current?.session.sendKey;
  }

  sent(now: Instant): void {
    this.#sessions.current?.sent(now, 'bundle');
  }

  spent(now: Instant, fault: Fault): void {
    // A message of link control may have waited while its session was replaced.
    if (this.#connection === undefined || fault === SA_STOPPED) return;
    this.#outputs.push({ kind: 'fault', fault }, { kind: 'rewind' });
    this.#sessions.stopCurrent(now);
    this.#heldUntil = now + SILENCE_US + this.#connection.roundTripUs;
    if (!this.#handshake.seeking) this.#initiate(now);
  }

  opener(_now: Instant, spi: number): FrameOpener | Fault {
    return this.#sessions.find(spi)?.session.receiveKey ?? SA_UNKNOWN;
  }

  heard(now: Instant, spi: number): void {
    const entry = this.#sessions.find(spi);
    if (entry === undefined) return;
    const first = !entry.proven;
    entry.heard();
    if (this.#connection === undefined) return;
    if (first) this.#prove(now, entry);
    else if (!this.#up && entry === this.#sessions.current) this.#tellSecured(entry.session);
  }

  /** LS-710: the peer may hold a session from before this node restarted. */
  unknown(now: Instant): void {
    const alone = this.#sessions.empty && !this.#handshake.seeking;
    if (!alone || this.#connection === undefined || now < this.#nextHelloAt) return;
    this.#nextHelloAt = now + HELLO_EVERY_US;
    this.#initiate(now, true);
  }

  receiveMessage(now: Instant, octets: Uint8Array): void {
    if (this.#connection === undefined) return;
    this.#handshake.receive(now, octets);
    this.#obeyHandshake(now);
  }

  receiveControl(now: Instant, spi: number, octets: Uint8Array): void {
    const type = decodeControl(octets);
    const { current } = this.#sessions;
    if (type instanceof Fault) this.#outputs.push({ kind: 'fault', fault: type });
    else if (this.#connection === undefined || current === undefined) return;
    else if (current !== this.#sessions.find(spi)) return;
    else if (type === CLOSE) this.#closedByPeer(now, this.#connection);
    else if (type === KEEPALIVE && current.liveness.owesAnswer(now)) {
      this.#sendKeepalive(now, current, 'answer');
    }
  }

  tick(now: Instant): void {
    if (this.#connection === undefined) return;
    this.#sessions.expire(now);
    this.#handshake.tick(now);
    this.#obeyHandshake(now);
    if (now >= this.#heldUntil) this.#down('key spent');
    const { current } = this.#sessions;
    if (current === undefined) return;
    if (current.takeAlarm()) this.#outputs.push({ kind: 'fault', fault: FAILURES_ALARM });
    if (now >= current.spentAt) this.spent(now, LIMIT_AGE);
    else if (now >= current.liveness.deadAt) this.#silent(now, current);
    else if (now >= current.liveness.keepaliveAt) this.#sendKeepalive(now, current, 'probe');
    else if (now >= this.#renewAt(current)) this.#initiate(now);
  }

  poll(): KeyingOutput | undefined {
    return this.#outputs.shift();
  }

  deadline(): Deadline | undefined {
    if (this.#connection === undefined) return undefined;
    const soonest = new Soonest();
    const handshake = this.#handshake.deadline();
    if (handshake !== undefined) soonest.offer(handshake.at, handshake.why);
    soonest.offer(this.#sessions.expiresAt, 'old keys drained');
    soonest.offer(this.#heldUntil, 'no new keys');
    const { current } = this.#sessions;
    if (current !== undefined) {
      soonest.offer(current.liveness.deadAt, 'peer silent');
      soonest.offer(current.liveness.keepaliveAt, 'keepalive');
      soonest.offer(this.#renewAt(current), 'new keys');
      soonest.offer(current.spentAt, 'keys too old');
      if (current.alarmDue) soonest.offer(0, 'failures');
    }
    return Number.isFinite(soonest.at) ? soonest : undefined;
  }

  snapshot(): KeyingSnapshot {
    const unkeyed = this.#handshake.unkeyedSpis.map(
      (spi) => ({ direction: 'receiving', state: 'unkeyed', spi, frames: 0, octets: 0 }) as const,
    );
    return {
      keying: 'handshake',
      handshakes: this.#handshakes,
      rekeys: this.#rekeys,
      failed: { ...this.#failed },
      associations: [...this.#sessions.all.flatMap((entry) => entry.snapshot()), ...unkeyed],
    };
  }

  #obeyHandshake(now: Instant): void {
    // Bounded by the outputs of one verb.
    let output = this.#handshake.poll();
    for (; output !== undefined; output = this.#handshake.poll()) {
      switch (output.kind) {
        case 'send':
          this.#outputs.push({ kind: 'message', octets: output.message });
          break;
        case 'established':
          this.#establish(now, output.session);
          break;
        case 'void':
          // At the end of a contact its frames may be under way.
          if (this.#connection !== undefined) this.#sessions.void(now, output.session);
          break;
        case 'failed': {
          const key = `${output.attempt}.${output.reason}`;
          this.#failed[key] = (this.#failed[key] ?? 0) + 1;
          break;
        }
        case 'fault':
          this.#outputs.push(output);
          // What came in the peer's name used up its budget, so this side says HELLO (LS-709).
          if (output.fault === BUDGET) this.unknown(now);
      }
    }
  }

  /**
   * A session on which this side speaks first begins with a KEEPALIVE (LS-707), which is said again
   * until the peer is heard; so a FINISH that is `repeated` is answered too.
   */
  #establish(now: Instant, session: Session): void {
    if (!this.#sessions.add(now, session)) return;
    this.#heldUntil = Number.POSITIVE_INFINITY;
    if (session.succeeds === undefined) this.#outputs.push({ kind: 'rewind' });
    this.#sendKeepalive(now, this.#sessions.current!, 'probe');
  }

  /** The first frame came on a session. */
  #prove(now: Instant, entry: LinkSession): void {
    const { session } = entry;
    if (!this.#handshake.confirmed(now, session)) return;
    this.#obeyHandshake(now);
    this.#sessions.prove(now, entry);
    this.#heldUntil = Number.POSITIVE_INFINITY;
    if (session.succeeds === undefined) this.#handshakes++;
    else this.#rekeys++;
    this.#tellSecured(session);
    // Who did not speak first is not proven to the peer yet.
    if (!session.speaksFirst) this.#sendKeepalive(now, entry, 'answer');
  }

  #tellSecured({ peer, sessionId }: Session): void {
    this.#up = true;
    const provider = this.#options.provider.name;
    this.#outputs.push({ kind: 'secured', peerEid: peer.eid, sessionId, provider });
  }

  #initiate(now: Instant, anew = false): void {
    this.#handshake.begin(now, anew);
    this.#obeyHandshake(now);
  }

  /** When this side begins to agree new keys; never while they are being agreed. */
  #renewAt(current: LinkSession): Instant {
    const agreeing = this.#handshake.seeking || this.#sessions.waiting;
    return agreeing ? Number.POSITIVE_INFINITY : current.renewAt;
  }

  #sendKeepalive(now: Instant, entry: LinkSession, purpose: Purpose): void {
    entry.sent(now, purpose);
    const sealer = entry.session.sendKey;
    this.#outputs.push({ kind: 'control', octets: KEEPALIVE_MESSAGE, sealer });
  }

  #silent(now: Instant, current: LinkSession): void {
    current.liveness.rest();
    this.#down('peer silent');
    if (!this.#handshake.seeking) this.#initiate(now);
  }

  #closedByPeer(now: Instant, connection: Connection): void {
    const { membership, remoteScid } = this.#options;
    this.#sessions.clear(now, connection.roundTripUs);
    membership.identity.resumeSecrets.forget(remoteScid);
    this.#down('closed by peer');
    if (connection.initiate) this.#initiate(now, true);
  }

  /** The session is lost to the link, the contact is not. */
  #down(reason: DownReason): void {
    this.#up = false;
    this.#heldUntil = Number.POSITIVE_INFINITY;
    this.#outputs.push({ kind: 'down', reason });
  }
}

/** LS-710. */
const HELLO_EVERY_US = 5 * MICROSECONDS_PER_S;
