/** The HELLOs of a flood, in frames as the neighbour of the flooded node would send them. */
import { segmentSdu } from '#protocol/frame/sdu-segmenter.ts';
import { FrameWriter } from '#protocol/link/frame-writer.ts';
import { HELLO, SUITE_CLASSICAL } from '#protocol/session/message-header.ts';
import { macKeyOf } from '#protocol/session/message-macs.ts';
import { encodeMessage } from '#protocol/session/messages.ts';
import { FRAME_OCTETS_MAX, SCIDS } from './flooded-nodes.ts';

/** FRAMES of them, each of a handshake of its own; mac1 is good if the admission key is given. */
export function floodOf(admissionKey: Uint8Array | undefined): Uint8Array[] {
  const [destinationScid, sourceScid] = SCIDS;
  const macKey = macKeyOf(admissionKey ?? new Uint8Array(32), destinationScid);
  const channel = { frameOctetsMax: FRAME_OCTETS_MAX, vcfCountOctets: 3, fecf: true };
  const writer = new FrameWriter({ scid: sourceScid, ...channel });
  const noise = new Uint8Array(32).fill(9);
  return Array.from({ length: FRAMES }, (_, index) => {
    const handshakeId = new Uint8Array(8);
    new DataView(handshakeId.buffer).setUint32(0, index);
    const header = { suite: SUITE_CLASSICAL, sourceScid, destinationScid, handshakeId } as const;
    const hello = encodeMessage({ type: HELLO, ...header, noise }, macKey);
    return writer.clear(segmentSdu(hello, FRAME_OCTETS_MAX).next()!);
  });
}

const FRAMES = 4_096;
