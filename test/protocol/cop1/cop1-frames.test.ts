/** COP-1 in the transfer frames that carry it: USLP both ways, and TC with TM in return. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeClcw, encodeClcw } from '#protocol/cop1/clcw.ts';
import type { CopFrame } from '#protocol/cop1/cop-frame.ts';
import { Farm1 } from '#protocol/cop1/farm1.ts';
import { Fop1, type Fop1Start } from '#protocol/cop1/fop1.ts';
import { Fault } from '#protocol/fault.ts';
import { fillFrame } from '#protocol/frame/frame-draft.ts';
import {
  decodeTcCommand,
  decodeTcFrame,
  draftTcFrame,
  encodeTcCommand,
  type TcCommand,
} from '#protocol/frame/tc.ts';
import {
  decodeTfdf,
  encodeTfdf,
  POINTER_NONE,
  RULE_WHOLE,
  UPID_COP1,
  UPID_MISSION,
} from '#protocol/frame/tfdf.ts';
import { decodeTmFrame, draftTmFrame } from '#protocol/frame/tm.ts';
import { decodeFrame, encodeFrame, type FrameHeader } from '#protocol/frame/uslp.ts';

describe.each(['USLP', 'TC and TM'] as const)('COP-1 in frames of %s', (name) => {
  const link = LINKS[name];

  it('gives AD, BD and BC frames back as they were sent', () => {
    const frames: CopFrame[] = [
      { type: 'ad', sequence: 255, sdu: Uint8Array.of(1, 2) },
      { type: 'bd', sdu: Uint8Array.of(3) },
      { type: 'unlock' },
      { type: 'set-vr', report: 77 },
    ];
    for (const frame of frames) expect(link.decode(link.encode(frame))).toEqual(frame);
  });

  it('unlocks the receiver, then brings every SDU over once and in order, on a lossy wire', () => {
    fc.assert(
      fc.property(anyMishaps, fc.integer({ min: 1, max: 5 }), (mishaps, windowFrames) => {
        const run = fly(link, { type: 'unlock' }, mishaps, windowFrames);
        expect(run.lockedOut).toBe(true);
        expect(run.alerts).toEqual([]);
        expect(run.delivered).toEqual(SDUS);
        expect(run.acknowledged).toEqual(SDUS);
        expect(run.bypassed.length).toBeGreaterThan(0);
      }),
      { numRuns: 50 },
    );
  });

  it('agrees on a number first, where it is told to', () => {
    const run = fly(link, { type: 'set-vr', report: 200 }, [], 3, false);
    expect(run.delivered).toEqual(SDUS);
    expect(run.acknowledged).toEqual(SDUS);
  });

  it('loses and damages frames in that test', () => {
    const mishaps = Array.from({ length: 30 }, (_, n) => (n % 2 === 0 ? 'lost' : 'damaged'));
    expect(fly(link, { type: 'unlock' }, mishaps as Mishap[], 3).mishaps).toBe(30);
  });
});

type Mishap = 'none' | 'lost' | 'damaged';

/** How one kind of link carries the protocol: its frames, and its reports in a control field. */
interface CopLink {
  encode(frame: CopFrame): Uint8Array;
  decode(octets: Uint8Array): CopFrame | Fault;
  report(clcw: Uint8Array): Uint8Array;
  readReport(octets: Uint8Array): Uint8Array | Fault;
}

const USLP = {
  scid: 9,
  frameOctetsMax: 64,
  vcfCountOctets: 1,
  fecf: true,
  ocf: true,
  controlCommands: true,
} as const;
const USLP_HEADER = {
  scid: 9,
  sourceOrDestination: 1,
  vcid: 4,
  mapId: 0,
  bypass: false,
  controlCommand: false,
  ocf: false,
  vcfCountOctets: 1,
  vcfCount: 0,
} satisfies FrameHeader;
const TC = { scid: 9, frameOctetsMax: 64, fecf: true, segmentHeader: false } as const;
const TM = { scid: 9, frameOctets: 32, fecf: true } as const;
const TM_HEADER = {
  scid: 9,
  vcid: 0,
  ocf: true,
  mcFrameCount: 0,
  vcFrameCount: 0,
  secondaryHeader: false,
  synchronisation: false,
  packetOrder: false,
  segmentLengthId: 3,
  firstHeaderPointer: 2046,
} as const;

/** Sequence-controlled frames carry N(S) as their VCF count, of one octet. */
const uslp: CopLink = {
  encode(frame) {
    const isCommand = isCommandFrame(frame);
    const tfdf = encodeTfdf({
      rule: RULE_WHOLE,
      upid: isCommand ? UPID_COP1 : UPID_MISSION,
      pointer: POINTER_NONE,
      zone: isCommand ? encodeTcCommand(commandOf(frame)) : frame.sdu,
    });
    const vcfCount = frame.type === 'ad' ? frame.sequence : 0;
    const flags = { bypass: frame.type !== 'ad', controlCommand: isCommand };
    return encodeFrame({ ...USLP_HEADER, ...flags, vcfCount }, tfdf, USLP);
  },
  decode(octets) {
    const frame = decodeFrame(octets, USLP);
    if (frame instanceof Fault) return frame;
    const tfdf = decodeTfdf(frame.data);
    if (tfdf instanceof Fault) return tfdf;
    const { bypass, controlCommand, vcfCount } = frame.header;
    expect([tfdf.rule, tfdf.upid]).toEqual([RULE_WHOLE, controlCommand ? UPID_COP1 : UPID_MISSION]);
    return copFrame(bypass, controlCommand, Number(vcfCount), tfdf.zone);
  },
  report: (clcw) =>
    encodeFrame(
      { ...USLP_HEADER, sourceOrDestination: 0, bypass: true, ocf: true },
      Uint8Array.of(0xe0, 0xe0),
      USLP,
      { ocf: clcw },
    ),
  readReport(octets) {
    const frame = decodeFrame(octets, USLP);
    return frame instanceof Fault ? frame : frame.ocf!;
  },
};

const tc: CopLink = {
  encode(frame) {
    const isCommand = isCommandFrame(frame);
    const data = isCommand ? encodeTcCommand(commandOf(frame)) : frame.sdu;
    const sequenceNumber = frame.type === 'ad' ? frame.sequence : 0;
    const flags = { bypass: frame.type !== 'ad', controlCommand: isCommand };
    const header = { ...flags, scid: 9, vcid: 4, sequenceNumber };
    return fillFrame(draftTcFrame(header, data.length, TC), data);
  },
  decode(octets) {
    const frame = decodeTcFrame(octets, TC);
    if (frame instanceof Fault) return frame;
    const { bypass, controlCommand, sequenceNumber } = frame.header;
    return copFrame(bypass, controlCommand, sequenceNumber, frame.data);
  },
  report(clcw) {
    const draft = draftTmFrame(TM_HEADER, TM, undefined, clcw);
    return fillFrame(draft, new Uint8Array(draft.dataEnd - draft.dataAt));
  },
  readReport(octets) {
    const frame = decodeTmFrame(octets, TM);
    return frame instanceof Fault ? frame : frame.ocf!;
  },
};

const LINKS: Record<'USLP' | 'TC and TM', CopLink> = { USLP: uslp, 'TC and TM': tc };
const SDUS = Array.from({ length: 20 }, (_, i) => i);
const STEPS_MAX = 2_000;
const anyMishaps = fc.array(fc.constantFrom<Mishap>('none', 'lost', 'damaged'), { maxLength: 60 });

/**
 * Sends the SDUs as AD frames and now and then a BD frame between them. Where `locks`, a frame from
 * far outside the window has locked the receiver out before. What is damaged fails its FECF.
 */
function fly(
  link: CopLink,
  start: Fop1Start,
  mishaps: readonly Mishap[],
  windowFrames: number,
  locks = true,
) {
  const farm = new Farm1({ vcid: 4, windowFrames: 10, bufferFramesMax: 2, report: 250 });
  const options = { timerUs: 3, transmissionsMax: 100, onLastTimeout: 'alert' } as const;
  const fop = new Fop1({ ...options, windowFrames, sequence: 250 });
  if (locks) farm.receive(0, { type: 'ad', sequence: 100, sdu: Uint8Array.of(0) });
  farm.poll();
  const seen = {
    delivered: [] as number[],
    bypassed: [] as number[],
    acknowledged: [] as number[],
    alerts: [] as string[],
    lockedOut: farm.clcw().lockout,
    mishaps: 0,
  };
  let crossings = 0;
  /** The octets as they arrive, or undefined. */
  const cross = (octets: Uint8Array): Uint8Array | undefined => {
    const mishap = mishaps[crossings++] ?? 'none';
    if (mishap !== 'none') seen.mishaps++;
    if (mishap === 'damaged') octets[crossings % octets.length]! ^= 0x10;
    return mishap === 'lost' ? undefined : octets;
  };
  fop.initiate(0, start);
  let sent = 0;
  for (let now = 1; now < STEPS_MAX && seen.acknowledged.length < SDUS.length; now++) {
    fop.tick(now);
    while (sent < SDUS.length && fop.send(now, Uint8Array.of(sent))) sent += 1;
    if (now % 10 === 0) fop.sendExpedited(now, Uint8Array.of(now));
    for (let output = fop.poll(); output !== undefined; output = fop.poll()) {
      if (output.type === 'alert') seen.alerts.push(output.reason);
      if (output.type === 'acknowledged') seen.acknowledged.push(output.frame.sdu[0]!);
      if (output.type !== 'transmit') continue;
      const arrived = cross(link.encode(output.frame));
      const frame = arrived && link.decode(arrived);
      if (frame !== undefined && !(frame instanceof Fault)) farm.receive(now, frame);
    }
    for (let output = farm.poll(); output !== undefined; output = farm.poll()) {
      if (output.type !== 'accepted') continue;
      const { frame } = output;
      (frame.type === 'ad' ? seen.delivered : seen.bypassed).push(frame.sdu[0]!);
      if (frame.type === 'ad') farm.release(now);
    }
    const report = cross(link.report(encodeClcw(farm.clcw())));
    const ocf = report && link.readReport(report);
    const clcw = ocf instanceof Uint8Array ? decodeClcw(ocf) : undefined;
    if (clcw !== undefined && !(clcw instanceof Fault)) fop.receive(now, clcw);
  }
  return seen;
}

type CommandFrame = Extract<CopFrame, { type: 'unlock' | 'set-vr' }>;

function isCommandFrame(frame: CopFrame): frame is CommandFrame {
  return frame.type === 'unlock' || frame.type === 'set-vr';
}

function commandOf(frame: CommandFrame): TcCommand {
  if (frame.type === 'unlock') return { kind: 'unlock' };
  return { kind: 'set-vr', receiverFrameSequenceNumber: frame.report };
}

function copFrame(
  bypass: boolean,
  controlCommand: boolean,
  sequence: number,
  sdu: Uint8Array,
): CopFrame | Fault {
  if (!bypass) return { type: 'ad', sequence, sdu };
  if (!controlCommand) return { type: 'bd', sdu };
  const command = decodeTcCommand(sdu);
  if (command instanceof Fault) return command;
  if (command.kind === 'unlock') return { type: 'unlock' };
  return { type: 'set-vr', report: command.receiverFrameSequenceNumber };
}
