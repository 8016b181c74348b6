/**
 * Keying by handshake: agrees sessions with the peer, replaces them before they are spent, and
 * watches whether the peer is still there.
 *
 *   connect ──▶ handshake on VC 62 ──▶ session ──▶ link control on VC 61
 *                     ▲                   │
 *                     └───────────────────┘ keys due, peer silent, closed, key spent, expelled
 *
 * New keys are agreed while the old ones serve (LS-1001). A session of which the keys are spent is
 * over at once; the link then holds its frames back for as long as a silent peer is waited for, and
 * is down only after that. When the peer falls silent, the link is down, and the session stays for
 * the case that the peer is heard again before there is another one (LS-1004).
 *
 * A peer that a new constellation statement does not stand behind is expelled (LS-1302). One whose
 * certificate begins in an epoch to come is in limbo: link control alone passes, until the
 * statement that it brings lets it pass all checks, or a minute is over (LS-705).
 *
 * Source: link-security §6.7, §7, §10, §13.
 */
import { SA_STOPPED, SA_UNKNOWN } from '../association/faults.ts';
import type { Fault } from '../fault.ts';
import type { FrameOpener, FrameSealer } from '../frame/sdls.ts';
import type { Deadline, Instant } from '../machine.ts';
import { EPOCH_AHEAD } from '../membership/faults.ts';
import { FAILURES_ALARM, LIMIT_AGE } from '../session/faults.ts';
import type { HandshakeOptions } from '../session/handshake-context.ts';
import type { Session } from '../session/session.ts';
import { Agreement } from './agreement.ts';
import { ControlDialogue } from './control-dialogue.ts';
import { CONTROL_VCID } from './frame-writer.ts';
import type { Connection, DownReason, Keying, KeyingOutput, KeyingSnapshot } from './keying.ts';
import { isClose } from './link-control.ts';
import type { LinkSession } from './link-session.ts';
import { SILENCE_US } from './liveness.ts';
import { MembershipWatch } from './membership-watch.ts';
import { SessionTable } from './session-table.ts';
import { Soonest } from './soonest.ts';

/** The machine. Its owner drains `poll` after every verb. */
export class SessionKeying implements Keying {
  readonly #options: HandshakeOptions;
  readonly #agreement: Agreement;
  readonly #sessions: SessionTable;
  readonly #dialogue: ControlDialogue;
  readonly #watch: MembershipWatch;
  /** With deeds, which wait until what is before them has left. Bounded by one verb. */
  readonly #outputs: (KeyingOutput | (() => void))[] = [];
  /** The current session ends as soon as its CLOSE has left. */
  #expelled = false;
  /** From `connect` to `close`. */
  #connection: Connection | undefined = undefined;
  /** The link was told that it is secured, and not yet that it is down. */
  #up = false;
  /** How long the link holds its frames back for want of a key. */
  #heldUntil: Instant = Number.POSITIVE_INFINITY;

  constructor(options: HandshakeOptions) {
    this.#options = options;
    const tell = (output: KeyingOutput) => this.#outputs.push(output);
    const owner = {
      established: (now: Instant, session: Session) => this.#establish(now, session),
      // At the end of a contact the frames of a session that is void may be under way.
      voided: (now: Instant, session: Session) =>
        this.#connection && this.#sessions.void(now, session),
      called: (now: Instant) => this.unknown(now),
    };
    this.#agreement = new Agreement(options, owner, tell);
    this.#sessions = new SessionTable(options.random, options.membership.spis);
    this.#dialogue = new ControlDialogue(options.membership, tell);
    this.#watch = new MembershipWatch(options);
  }

  connect(now: Instant, connection: Connection): void {
    this.#connection = connection;
    this.#sessions.clear(now, connection.roundTripUs);
    this.review(now);
    this.#agreement.connect(connection);
    if (connection.initiate) this.#agreement.begin(now);
  }

  close(now: Instant): void {
    this.#connection = undefined;
    this.#up = false;
    this.#heldUntil = Number.POSITIVE_INFINITY;
    this.#agreement.abandon(now);
  }

  disconnect(now: Instant): void {
    this.#sessions.clear(now, 0);
    this.#dialogue.end();
  }

  review(now: Instant): void {
    // Bounded by the sessions.
    for (const { entry, fault } of this.#watch.review(now, this.#sessions.all)) {
      if (fault !== undefined) this.#expel(now, entry, fault);
      else if (entry === this.#sessions.current && entry.proven) this.#tellSecured(entry.session);
    }
  }

  get sealer(): FrameSealer | undefined {
    const session = this.#sessions.current?.session;
    return session?.limbo === undefined ? session?.sendKey : undefined;
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
    if (!this.#agreement.seeking) this.#agreement.begin(now);
  }

  opener(spi: number, vcid: number): FrameOpener | Fault {
    const session = this.#sessions.find(spi)?.session;
    if (session?.limbo !== undefined && vcid !== CONTROL_VCID) return EPOCH_AHEAD;
    return session?.receiveKey ?? SA_UNKNOWN;
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

  unknown(now: Instant): void {
    if (this.#sessions.empty && this.#connection !== undefined) this.#agreement.provoked(now);
  }

  receiveMessage(now: Instant, octets: Uint8Array): void {
    if (this.#connection !== undefined) this.#agreement.receive(now, octets);
  }

  receiveControl(now: Instant, spi: number, octets: Uint8Array): void {
    const { current } = this.#sessions;
    const connection = this.#connection;
    if (connection === undefined || current === undefined) return;
    if (current !== this.#sessions.find(spi)) {
      // Who closes an old session and never spoke on the new one knows nothing of that.
      if (!current.proven && isClose(octets)) this.#lose(now, connection, 'closed by peer');
      return;
    }
    const closed = this.#dialogue.receive(now, current, octets);
    this.review(now);
    if (closed) this.#lose(now, connection, 'closed by peer');
    else this.#announce(now);
  }

  end(now: Instant, spi: number): void {
    if (this.#connection === undefined || this.#sessions.find(spi) === undefined) return;
    this.#lose(now, this.#connection, 'stopped by command');
  }

  tick(now: Instant): void {
    if (this.#connection === undefined) return;
    this.#sessions.expire(now);
    this.#agreement.tick(now);
    if (now >= this.#heldUntil) this.#down('key spent');
    const { current } = this.#sessions;
    if (current === undefined) return;
    if (current.takeAlarm()) this.#outputs.push({ kind: 'fault', fault: FAILURES_ALARM });
    if (now >= current.spentAt) this.spent(now, LIMIT_AGE);
    else if (now >= current.liveness.deadAt) this.#silent(now, current);
    else if (now >= this.#watch.endOf(current.session)) this.#expel(now, current, EPOCH_AHEAD);
    else if (now >= current.liveness.keepaliveAt) this.#dialogue.keepAlive(now, current, 'probe');
    else if (now >= this.#renewAt(current)) this.#agreement.begin(now);
    this.#announce(now);
  }

  poll(): KeyingOutput | undefined {
    // Bounded by the deeds of one verb.
    for (;;) {
      const next = this.#outputs.shift();
      if (typeof next !== 'function') return next;
      next();
    }
  }

  deadline(): Deadline | undefined {
    if (this.#connection === undefined) return undefined;
    const soonest = new Soonest();
    const handshake = this.#agreement.deadline();
    if (handshake !== undefined) soonest.offer(handshake.at, handshake.why);
    soonest.offer(this.#sessions.expiresAt, 'old keys drained');
    soonest.offer(this.#heldUntil, 'no new keys');
    const { current } = this.#sessions;
    if (current !== undefined) {
      soonest.offer(current.liveness.deadAt, 'peer silent');
      soonest.offer(current.liveness.keepaliveAt, 'keepalive');
      soonest.offer(this.#renewAt(current), 'new keys');
      soonest.offer(current.spentAt, 'keys too old');
      soonest.offer(this.#dialogue.dueAt, 'advertisement');
      soonest.offer(this.#watch.endOf(current.session), 'limbo ends');
      if (current.alarmDue) soonest.offer(0, 'failures');
    }
    return Number.isFinite(soonest.at) ? soonest : undefined;
  }

  snapshot(): KeyingSnapshot {
    const counters = this.#agreement.snapshot();
    const keyed = this.#sessions.all.flatMap((entry) => entry.snapshot());
    const associations = [...keyed, ...counters.associations];
    return { keying: 'handshake', ...counters, associations };
  }

  /**
   * A session on which this side speaks first begins with an advertisement (LS-707): KEEPALIVE is
   * said after it until the peer is heard, so a FINISH that is `repeated` is answered too.
   */
  #establish(now: Instant, session: Session): void {
    this.#watch.admit(now, session);
    if (!this.#sessions.add(now, session)) return;
    this.#heldUntil = Number.POSITIVE_INFINITY;
    if (session.succeeds === undefined) this.#outputs.push({ kind: 'rewind' });
    this.#dialogue.begin(now, this.#sessions.current!, 'probe');
  }

  /** The first frame came on a session. */
  #prove(now: Instant, entry: LinkSession): void {
    const { session } = entry;
    if (!this.#agreement.confirmed(now, session)) return;
    this.#sessions.prove(now, entry);
    this.#heldUntil = Number.POSITIVE_INFINITY;
    this.#tellSecured(session);
    // Who did not speak first is not proven to the peer yet.
    if (!session.speaksFirst) this.#dialogue.begin(now, entry, 'answer');
  }

  #tellSecured({ peer, sessionId, limbo }: Session): void {
    if (limbo !== undefined) return;
    this.#up = true;
    const provider = this.#options.provider.name;
    this.#outputs.push({ kind: 'secured', peerEid: peer.eid, sessionId, provider });
  }

  /** When this side begins to agree new keys; never while they are being agreed. */
  #renewAt(current: LinkSession): Instant {
    const agreeing = this.#agreement.seeking || this.#sessions.waiting;
    return agreeing ? Number.POSITIVE_INFINITY : current.renewAt;
  }

  /** Says what is due of statements and advertisements. */
  #announce(now: Instant): void {
    const { current } = this.#sessions;
    if (current === undefined || this.#connection === undefined || this.#expelled) return;
    this.#dialogue.announce(now, current);
  }

  #silent(now: Instant, current: LinkSession): void {
    current.liveness.rest();
    this.#down('peer silent');
    if (!this.#agreement.seeking) this.#agreement.begin(now);
  }

  /** The constellation does not stand behind the peer; where it can be told, it is. */
  #expel(now: Instant, entry: LinkSession, fault: Fault): void {
    const connection = this.#connection;
    this.#outputs.push({ kind: 'fault', fault });
    if (entry !== this.#sessions.current || connection === undefined) {
      this.#sessions.end(now, entry);
      return;
    }
    this.#expelled = true;
    this.#dialogue.close(now, entry, fault.code);
    this.#outputs.push(() => {
      if (this.#expelled) this.#lose(now, connection, `not a member: ${fault.code}`);
    });
  }

  /** All that was agreed with the peer is over. */
  #lose(now: Instant, connection: Connection, reason: DownReason): void {
    const { membership, remoteScid } = this.#options;
    this.#sessions.clear(now, connection.roundTripUs);
    membership.identity.resumeSecrets.forget(remoteScid);
    this.#dialogue.end();
    this.#expelled = false;
    this.#down(reason);
    if (connection.initiate) this.#agreement.begin(now, true);
  }

  /** The session is lost to the link, the contact is not. */
  #down(reason: DownReason): void {
    this.#up = false;
    this.#heldUntil = Number.POSITIVE_INFINITY;
    this.#outputs.push({ kind: 'down', reason });
  }
}
