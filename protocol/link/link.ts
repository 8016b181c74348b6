/**
 * The link machine: one neighbour reached through one terminal. It agrees keys with the neighbour,
 * carries bundles to it in protected frames at the rate of the contact, and tells when the
 * neighbour has gone.
 *
 *   connect ──▶ handshake on VC 62 ──▶ secured ──▶ bundles on VC 0–3, link control on VC 61
 *                     ▲                   │
 *                     └───────────────────┘ peer silent, closed by peer, key spent
 *
 * Bundles leave only while the link is secured.
 *
 * Source: link-layer §1, §4, §17; link-security §4, §6.7, §7, §9, §10.
 */
import { assert } from '../assert.ts';
import { Fault } from '../fault.ts';
import type { Deadline, Instant, Machine } from '../machine.ts';
import { LIMIT_AGE } from '../session/faults.ts';
import { Handshake } from '../session/handshake.ts';
import type { OutboundBundle } from './class-queue.ts';
import type { Connection, DownReason, LinkOptions, LinkOutput, LinkSnapshot } from './contract.ts';
import { FrameReader, SA_UNKNOWN } from './frame-reader.ts';
import { CLOSE, decodeControl, KEEPALIVE } from './link-control.ts';
import type { Purpose } from './liveness.ts';
import { Outlet } from './outlet.ts';
import { type LinkSession, SessionTable } from './session-table.ts';
import { Soonest } from './soonest.ts';

export type { Connection, LinkOptions, LinkOutput, LinkSnapshot } from './contract.ts';

/** The machine. Its owner drains `poll` after every verb; bundles become frames as it does. */
export class Link implements Machine<LinkOutput> {
  readonly #options: LinkOptions;
  readonly #handshake: Handshake;
  readonly #sessions: SessionTable;
  readonly #reader: FrameReader;
  readonly #outlet: Outlet;
  #now: Instant = 0;
  #connection: Connection | undefined = undefined;
  /** The contact is too near its end to send anything. */
  #closing = false;
  #secured = false;
  /** The handshake machine opens a session, again and again until it has one. */
  #initiating = false;
  #framesReceived = 0;
  #handshakesFailed = 0;
  #bundleFramesThisTurn = 0;

  constructor(options: LinkOptions) {
    const { localScid, remoteScid, frameOctetsMax, vcfCountOctets = 3 } = options;
    assert(frameOctetsMax >= FRAME_OCTETS_MIN, 'a frame has room for more than its overhead');
    const shared = { frameOctetsMax, vcfCountOctets, fecf: true };
    this.#options = options;
    this.#handshake = new Handshake(options);
    this.#sessions = new SessionTable(options.random);
    const receiving = { scid: remoteScid, ...shared };
    this.#reader = new FrameReader(receiving, this.#sessions);
    this.#outlet = new Outlet({ scid: localScid, ...shared });
  }

  /** Whether the link carries bundles. */
  get secured(): boolean {
    return this.#secured;
  }

  /** A contact begins. */
  connect(now: Instant, connection: Connection): void {
    assert(this.#connection === undefined, 'the contact before is over');
    this.#turn(now);
    this.#connection = connection;
    this.#closing = false;
    this.#sessions.clear(connection.roundTripUs);
    this.#outlet.start(now, connection);
    if (connection.initiate) this.#initiate(connection);
  }

  /** The contact is over: sessions are forgotten, and bundles not wholly sent come back. */
  disconnect(now: Instant): void {
    this.#turn(now);
    this.#close();
    this.#sessions.clear(0);
    this.#reader.reset();
    this.#connection = undefined;
  }

  /** Takes a bundle, whose octets the caller does not change; `sent` or `unsent` answers. */
  send(now: Instant, bundle: OutboundBundle): void {
    this.#turn(now);
    if (this.#connection !== undefined && !this.#closing) this.#outlet.accept(bundle);
    else this.#outlet.tell({ kind: 'unsent', id: bundle.id });
  }

  /** Takes one datagram off the wire, whose octets pass to the link. */
  receive(now: Instant, datagram: Uint8Array): void {
    this.#turn(now);
    if (this.#connection === undefined) this.#outlet.refuse(NOT_CONNECTED);
    else this.#receiveFrame(this.#connection, datagram);
  }

  tick(now: Instant): void {
    this.#turn(now);
    const connection = this.#connection;
    if (connection === undefined || this.#closing) return;
    if (now < this.#outlet.closesAt) this.#watch(connection);
    else this.#close();
  }

  poll(): LinkOutput | undefined {
    const output = this.#outlet.shift();
    const connection = this.#connection;
    if (output !== undefined || connection === undefined || !this.#secured) return output;
    if (this.#bundleFramesThisTurn === BUNDLE_FRAMES_PER_TURN_MAX) return undefined;
    this.#bundleFramesThisTurn++;
    const next = this.#outlet.sendBundleFrame(this.#now, this.#sessions.current!);
    if (!(next instanceof Fault)) return next;
    this.#restart(connection, 'key spent', next);
    return this.#outlet.shift();
  }

  deadline(): Deadline | undefined {
    const connection = this.#connection;
    if (connection === undefined || this.#closing) return undefined;
    const soonest = new Soonest();
    soonest.offer(this.#outlet.closesAt, 'contact closes');
    const handshake = this.#handshake.deadline();
    if (handshake !== undefined) soonest.offer(handshake.at, handshake.why);
    const { current } = this.#sessions;
    if (current !== undefined) {
      soonest.offer(current.liveness.deadAt, 'peer silent');
      soonest.offer(current.liveness.keepaliveAt, 'keepalive');
      soonest.offer(this.#renewAt(connection, current), 'new keys');
      soonest.offer(current.spentAt, 'keys too old');
    }
    if (this.#secured) soonest.offer(this.#outlet.bundleAt, 'next frame');
    return Number.isFinite(soonest.at) ? soonest : undefined;
  }

  snapshot(): LinkSnapshot {
    return {
      secured: this.#secured,
      framesReceived: this.#framesReceived,
      handshakesFailed: this.#handshakesFailed,
      ...this.#outlet.snapshot(),
    };
  }

  #turn(now: Instant): void {
    assert(now >= this.#now, 'time does not fall');
    this.#now = now;
    this.#bundleFramesThisTurn = 0;
  }

  /** Whatever fell due on a link that may send. */
  #watch(connection: Connection): void {
    this.#sessions.expire(this.#now);
    this.#handshake.tick(this.#now);
    this.#obeyHandshake(connection);
    const { current } = this.#sessions;
    if (current === undefined) return;
    if (this.#now >= current.spentAt) this.#restart(connection, 'key spent', LIMIT_AGE);
    else if (this.#now >= current.liveness.deadAt) this.#restart(connection, 'peer silent');
    else if (this.#now >= current.liveness.keepaliveAt) this.#sendKeepalive(connection, 'probe');
    else if (this.#now >= this.#renewAt(connection, current)) this.#initiate(connection);
  }

  #receiveFrame(connection: Connection, datagram: Uint8Array): void {
    const reading = this.#reader.read(this.#now, datagram);
    if (reading instanceof Fault) {
      this.#outlet.refuse(reading);
      // LS-710: the peer may hold a session from before this node restarted.
      const alone = this.#sessions.empty && !this.#initiating && !this.#closing;
      if (reading === SA_UNKNOWN && alone) this.#initiate(connection);
      return;
    }
    this.#framesReceived++;
    if (reading !== 'handshake') this.#heard(this.#reader.session!);
    if (reading === 'handshake') this.#receiveMessages(connection);
    else if (reading === 'bundles') this.#receiveBundles();
    else this.#receiveControl(connection);
  }

  #receiveMessages(connection: Connection): void {
    // Bounded by the outputs of one frame.
    let message = this.#reader.nextMessage();
    for (; message !== undefined; message = this.#reader.nextMessage()) {
      if (message instanceof Fault) this.#outlet.refuse(message);
      else if (!this.#closing) this.#handshake.receive(this.#now, message);
    }
    this.#obeyHandshake(connection);
  }

  #receiveBundles(): void {
    const { trafficClass } = this.#reader;
    // Bounded by the packets that fit one frame and those that it completes.
    let bundle = this.#reader.nextBundle();
    for (; bundle !== undefined; bundle = this.#reader.nextBundle()) {
      if (bundle instanceof Fault) this.#outlet.refuse(bundle);
      else this.#outlet.tell({ kind: 'received', bundle, trafficClass });
    }
  }

  #receiveControl(connection: Connection): void {
    const type = decodeControl(this.#reader.control);
    const { current } = this.#sessions;
    if (type instanceof Fault) this.#outlet.refuse(type);
    else if (this.#closing || current === undefined || current !== this.#reader.session) return;
    else if (type === CLOSE) this.#restart(connection, 'closed by peer');
    else if (type !== KEEPALIVE) return;
    else if (current.liveness.owesAnswer(this.#now)) this.#sendKeepalive(connection, 'answer');
  }

  /** A frame authenticated on the session; the first one proves it. */
  #heard(entry: LinkSession): void {
    entry.heard();
    if (entry.proven || this.#closing) return;
    this.#sessions.prove(this.#now, entry);
    this.#handshake.confirmed(this.#now);
    this.#initiating = false;
    this.#secured = true;
    const { peer, sessionId } = entry.session;
    const provider = this.#options.provider.name;
    this.#outlet.tell({ kind: 'secured', peerEid: peer.eid, sessionId, provider });
  }

  #obeyHandshake(connection: Connection): void {
    // Bounded by the outputs of one verb.
    let output = this.#handshake.poll();
    for (; output !== undefined; output = this.#handshake.poll()) {
      switch (output.kind) {
        case 'send':
          this.#outlet.sendMessage(this.#now, output.message);
          break;
        case 'established':
          // A responder's session seals at once, and begins with a KEEPALIVE (LS-707), which is
          // said again until the peer is heard; so a FINISH that is `repeated` is answered too.
          if (!this.#sessions.add(this.#now, output.session)) break;
          this.#outlet.rewind();
          this.#sendKeepalive(connection, 'probe');
          break;
        case 'failed':
          this.#handshakesFailed++;
          if (output.reason === 'no-confirmation') this.#sessions.dropPending();
          break;
        case 'fault':
          this.#outlet.refuse(output.fault);
      }
    }
  }

  #initiate(connection: Connection): void {
    this.#initiating = true;
    this.#handshake.begin(this.#now, connection.roundTripUs);
    this.#obeyHandshake(connection);
  }

  /** When new keys are due. Only the side that says HELLO sees to that, so none ever cross. */
  #renewAt(connection: Connection, current: LinkSession): Instant {
    const watches = connection.initiate && !this.#initiating;
    return watches ? current.renewAt : Number.POSITIVE_INFINITY;
  }

  #sendKeepalive(connection: Connection, purpose: Purpose): void {
    const { current } = this.#sessions;
    if (current === undefined) return;
    const fault = this.#outlet.sendKeepalive(this.#now, current, purpose);
    if (fault !== undefined) this.#restart(connection, 'key spent', fault);
  }

  /** The session is lost, the contact is not. */
  #restart(connection: Connection, reason: DownReason, fault?: Fault): void {
    if (fault !== undefined) this.#outlet.refuse(fault);
    this.#sessions.clear(connection.roundTripUs);
    this.#down(reason);
    if (connection.initiate) this.#initiate(connection);
  }

  /** Nothing is sent from here on; frames that are under way may still come in. */
  #close(): void {
    if (this.#closing || this.#connection === undefined) return;
    this.#closing = true;
    this.#initiating = false;
    this.#handshake.abandon(this.#now);
    this.#down('contact over');
  }

  #down(reason: DownReason): void {
    if (this.#secured) this.#outlet.tell({ kind: 'down', reason });
    this.#secured = false;
    this.#outlet.discard();
  }
}

/** Of these, a protected frame leaves at least 17 to its bundle. */
const FRAME_OCTETS_MIN = 64;
/** Frames made between two verbs: then the owner looks at its other inputs. */
const BUNDLE_FRAMES_PER_TURN_MAX = 256;

const NOT_CONNECTED = new Fault('link', 'not-connected', 'link-layer 17');
