/**
 * Keying by handshake: agrees sessions with the peer, replaces them before they are spent, and
 * watches whether the peer is still there.
 *
 *   connect ──▶ handshake on VC 62 ──▶ session ──▶ link control on VC 61
 *                     ▲                   │
 *                     └───────────────────┘ peer silent, closed by peer, key spent
 *
 * Source: link-security §6.7, §7, §10.
 */
import { Fault } from '../fault.ts';
import type { FrameOpener, FrameSealer } from '../frame/sdls.ts';
import type { Deadline, Instant } from '../machine.ts';
import { LIMIT_AGE, SA_UNKNOWN } from '../session/faults.ts';
import { Handshake } from '../session/handshake.ts';
import type { HandshakeOptions } from '../session/handshake-context.ts';
import type { Connection, DownReason, Keying, KeyingOutput, KeyingSnapshot } from './keying.ts';
import { CLOSE, decodeControl, KEEPALIVE, KEEPALIVE_MESSAGE } from './link-control.ts';
import type { Purpose } from './liveness.ts';
import { type LinkSession, SessionTable } from './session-table.ts';
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
  /** The handshake machine opens a session, again and again until it has one. */
  #initiating = false;
  #handshakesFailed = 0;

  constructor(options: HandshakeOptions) {
    this.#options = options;
    this.#handshake = new Handshake(options);
    this.#sessions = new SessionTable(options.random);
  }

  connect(now: Instant, connection: Connection): void {
    this.#connection = connection;
    this.#sessions.clear(connection.roundTripUs);
    this.#handshake.connect(connection);
    if (connection.initiate) this.#initiate(now);
  }

  close(now: Instant): void {
    this.#connection = undefined;
    this.#initiating = false;
    this.#handshake.abandon(now);
  }

  disconnect(_now: Instant): void {
    this.#sessions.clear(0);
  }

  get sealer(): FrameSealer | undefined {
    return this.#sessions.current?.session.sendKey;
  }

  sent(now: Instant): void {
    this.#sessions.current?.sent(now, 'bundle');
  }

  spent(now: Instant, fault: Fault): void {
    if (this.#connection !== undefined) this.#restart(now, this.#connection, 'key spent', fault);
  }

  opener(_now: Instant, spi: number): FrameOpener | Fault {
    return this.#sessions.find(spi)?.session.receiveKey ?? SA_UNKNOWN;
  }

  /** The first frame that authenticates on a session proves it. */
  heard(now: Instant, spi: number): void {
    const entry = this.#sessions.find(spi);
    if (entry === undefined) return;
    entry.heard();
    if (entry.proven || this.#connection === undefined) return;
    this.#sessions.prove(now, entry);
    this.#handshake.confirmed(now);
    this.#initiating = false;
    const { peer, sessionId } = entry.session;
    const provider = this.#options.provider.name;
    this.#outputs.push({ kind: 'secured', peerEid: peer.eid, sessionId, provider });
  }

  /** LS-710: the peer may hold a session from before this node restarted. */
  unknown(now: Instant): void {
    const alone = this.#sessions.empty && !this.#initiating;
    if (alone && this.#connection !== undefined) this.#initiate(now);
  }

  receiveMessage(now: Instant, octets: Uint8Array): void {
    if (this.#connection === undefined) return;
    this.#handshake.receive(now, octets);
    this.#obeyHandshake(now);
  }

  receiveControl(now: Instant, spi: number, octets: Uint8Array): void {
    const type = decodeControl(octets);
    const { current } = this.#sessions;
    const connection = this.#connection;
    if (type instanceof Fault) this.#outputs.push({ kind: 'fault', fault: type });
    else if (connection === undefined || current === undefined) return;
    else if (current !== this.#sessions.find(spi)) return;
    else if (type === CLOSE) this.#restart(now, connection, 'closed by peer');
    else if (type === KEEPALIVE && current.liveness.owesAnswer(now)) {
      this.#sendKeepalive(now, current, 'answer');
    }
  }

  tick(now: Instant): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    this.#sessions.expire(now);
    this.#handshake.tick(now);
    this.#obeyHandshake(now);
    const { current } = this.#sessions;
    if (current === undefined) return;
    if (now >= current.spentAt) this.#restart(now, connection, 'key spent', LIMIT_AGE);
    else if (now >= current.liveness.deadAt) this.#restart(now, connection, 'peer silent');
    else if (now >= current.liveness.keepaliveAt) this.#sendKeepalive(now, current, 'probe');
    else if (now >= this.#renewAt(connection, current)) this.#initiate(now);
  }

  poll(): KeyingOutput | undefined {
    return this.#outputs.shift();
  }

  deadline(): Deadline | undefined {
    const connection = this.#connection;
    if (connection === undefined) return undefined;
    const soonest = new Soonest();
    const handshake = this.#handshake.deadline();
    if (handshake !== undefined) soonest.offer(handshake.at, handshake.why);
    const { current } = this.#sessions;
    if (current !== undefined) {
      soonest.offer(current.liveness.deadAt, 'peer silent');
      soonest.offer(current.liveness.keepaliveAt, 'keepalive');
      soonest.offer(this.#renewAt(connection, current), 'new keys');
      soonest.offer(current.spentAt, 'keys too old');
    }
    return Number.isFinite(soonest.at) ? soonest : undefined;
  }

  snapshot(): KeyingSnapshot {
    return { keying: 'handshake', handshakesFailed: this.#handshakesFailed };
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
          // A responder's session seals at once, and begins with a KEEPALIVE (LS-707), which is
          // said again until the peer is heard; so a FINISH that is `repeated` is answered too.
          if (!this.#sessions.add(now, output.session)) break;
          this.#outputs.push({ kind: 'rewind' });
          this.#sendKeepalive(now, this.#sessions.current!, 'probe');
          break;
        case 'failed':
          this.#handshakesFailed++;
          if (output.reason === 'no-confirmation') this.#sessions.dropPending();
          break;
        case 'fault':
          this.#outputs.push(output);
      }
    }
  }

  #initiate(now: Instant): void {
    this.#initiating = true;
    this.#handshake.begin(now);
    this.#obeyHandshake(now);
  }

  /** When new keys are due. Only the side that says HELLO sees to that, so none ever cross. */
  #renewAt(connection: Connection, current: LinkSession): Instant {
    const watches = connection.initiate && !this.#initiating;
    return watches ? current.renewAt : Number.POSITIVE_INFINITY;
  }

  #sendKeepalive(now: Instant, entry: LinkSession, purpose: Purpose): void {
    entry.sent(now, purpose);
    const sealer = entry.session.sendKey;
    this.#outputs.push({ kind: 'control', octets: KEEPALIVE_MESSAGE, sealer });
  }

  /** The session is lost, the contact is not. */
  #restart(now: Instant, connection: Connection, reason: DownReason, fault?: Fault): void {
    if (fault !== undefined) this.#outputs.push({ kind: 'fault', fault });
    this.#sessions.clear(connection.roundTripUs);
    this.#outputs.push({ kind: 'down', reason });
    if (connection.initiate) this.#initiate(now);
  }
}
