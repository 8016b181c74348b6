/** A ground station that knows nothing but statically keyed SDLS: one UDP socket and two keys. */
import { createSocket, type Socket } from 'node:dgram';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { NumberLedger } from '#protocol/association/number-ledger.ts';
import { createProtection } from '#protocol/association/protection.ts';
import {
  type StaticFields,
  StaticReceiveKey,
  StaticSendKey,
} from '#protocol/association/static-keys.ts';
import { Fault } from '#protocol/fault.ts';
import type { ManagedParameters } from '#protocol/frame/managed-parameters.ts';
import { decodePacket } from '#protocol/frame/packet.ts';
import { openData, sealFrame } from '#protocol/frame/sdls.ts';
import { encodeSpacePacket, SEQUENCE_WHOLE } from '#protocol/frame/space-packet.ts';
import { decodeTfdf, RULE_WHOLE, tfdfHeader, UPID_PACKETS } from '#protocol/frame/tfdf.ts';
import { decodeFrame } from '#protocol/frame/uslp.ts';

export interface GroundOptions {
  readonly scid: number;
  readonly nodeScid: number;
  readonly fields: StaticFields;
}

export class Ground {
  readonly #options: GroundOptions;
  readonly #socket: Socket;
  readonly #ledger = NumberLedger.decode(undefined) as NumberLedger;
  readonly #receivers = new Map<number, StaticReceiveKey>();
  #sender!: StaticSendKey;
  #nodePort = 0;
  #vcfCount = 0;
  readonly #inbox: { readonly data: Uint8Array; readonly ocf: Uint8Array | undefined }[] = [];
  #waiting: (() => void) | undefined = undefined;

  private constructor(options: GroundOptions, socket: Socket) {
    this.#options = options;
    this.#socket = socket;
    socket.on('message', (octets) => this.#take(new Uint8Array(octets)));
  }

  static async open(options: GroundOptions): Promise<Ground> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => {
      socket.bind(0, '127.0.0.1', resolve);
    });
    return new Ground(options, socket);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** Where the node listens. */
  aim(port: number): void {
    this.#nodePort = port;
  }

  /** Sends under that key from here on. */
  sendUnder(spi: number, key: Uint8Array, last = new Uint8Array(12)): void {
    const counter = this.#ledger.counter(key, last);
    if (counter instanceof Fault) throw new Error(counter.key);
    this.#ledger.poll();
    this.#ledger.written();
    this.#sender = new StaticSendKey(spi, protection(key), this.#options.fields, counter);
  }

  /** Takes frames under that key as well. */
  receiveUnder(spi: number, key: Uint8Array, width: number): void {
    const mark = (NumberLedger.decode(undefined) as NumberLedger).mark(key, new Uint8Array(12));
    if (mark instanceof Fault) throw new Error(mark.key);
    const { fields } = this.#options;
    this.#receivers.set(spi, new StaticReceiveKey(spi, protection(key), fields, mark, width));
  }

  /** The frame around commands in one Space Packet, on VC 2 and MAP 1, not sent. */
  frame(commands: Uint8Array): Uint8Array {
    const header = {
      telecommand: true,
      secondaryHeader: false,
      apid: 400,
      sequenceFlags: SEQUENCE_WHOLE,
      sequenceCount: this.#vcfCount & 0x3fff,
    } as const;
    const packet = encodeSpacePacket(header, commands);
    const tfdf = Uint8Array.of(tfdfHeader(RULE_WHOLE, UPID_PACKETS), ...packet);
    const scid = this.#options.scid;
    const flags = { bypass: true, controlCommand: false, ocf: false } as const;
    const frame = sealFrame(
      {
        ...flags,
        scid,
        sourceOrDestination: 0,
        vcid: 2,
        mapId: 1,
        vcfCountOctets: 3,
        vcfCount: this.#vcfCount++,
      },
      tfdf,
      this.#sender,
      managed(scid),
      this.#sender.association,
    );
    if (frame instanceof Fault) throw new Error(frame.key);
    return frame;
  }

  transmit(frame: Uint8Array): void {
    this.#socket.send(frame, this.#nodePort, '127.0.0.1');
  }

  /** Sends commands in one frame. */
  command(commands: Uint8Array): void {
    this.transmit(this.frame(commands));
  }

  /** The PDU of the next frame of the node, and its operational control field. */
  async reply(): Promise<{ readonly data: Uint8Array; readonly ocf: Uint8Array | undefined }> {
    while (this.#inbox.length === 0) {
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
    return this.#inbox.shift()!;
  }

  close(): void {
    this.#socket.close();
  }

  #take(octets: Uint8Array): void {
    const frame = decodeFrame(octets, { ...managed(this.#options.nodeScid), ocf: true });
    if (frame instanceof Fault) throw new Error(frame.key);
    const spi = (frame.data[0]! << 8) | frame.data[1]!;
    const receiver = this.#receivers.get(spi);
    const data = openData(frame, () => receiver, receiver?.association);
    if (data instanceof Fault) throw new Error(data.key);
    const tfdf = decodeTfdf(data);
    if (tfdf instanceof Fault) throw new Error(tfdf.key);
    const packet = decodePacket(tfdf.zone, 0);
    if (packet instanceof Fault || packet === 'more') throw new Error('no packet');
    this.#inbox.push({ data: packet.data, ocf: frame.ocf });
    this.#waiting?.();
  }
}

function protection(key: Uint8Array) {
  return createProtection('aes-256-gcm', key, 16, nativeProvider.aead);
}

function managed(scid: number): ManagedParameters {
  return { scid, frameOctetsMax: 1_024, vcfCountOctets: 3, fecf: true };
}
