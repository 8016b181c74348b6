/** Everything in protocol/ that takes octets from outside. */

import type { Target } from './target.ts';
import { BUNDLE_SECURITY_TARGETS } from './targets/bundle-security.ts';
import { FORMAT_TARGETS } from './targets/formats.ts';
import { FRAME_TARGETS } from './targets/frames.ts';
import { LTP_TARGETS } from './targets/ltp.ts';
import { MACHINE_TARGETS } from './targets/machines.ts';
import { PROCEDURE_TARGETS } from './targets/procedures.ts';
import { SESSION_TARGETS } from './targets/session.ts';
import { STATIC_TARGETS } from './targets/static.ts';

export const TARGETS: readonly Target[] = [
  ...FORMAT_TARGETS,
  ...BUNDLE_SECURITY_TARGETS,
  ...FRAME_TARGETS,
  ...LTP_TARGETS,
  ...SESSION_TARGETS,
  ...STATIC_TARGETS,
  ...PROCEDURE_TARGETS,
  ...MACHINE_TARGETS,
];

/** What is called like a decoder and is no door of its own: name, and why. */
export const NOT_FUZZED: ReadonlyMap<string, string> = new Map([
  ['Agreement.receive', 'inside Link.receive'],
  ['BlockQueue.push', 'takes what the own node sends'],
  ['BundleGuard.check', 'inside BundleAgent.receive'],
  ['checkSpi', 'takes a number'],
  ['ControlDialogue.receive', 'inside Link.receive from a member'],
  ['CookieIntake.receive', 'inside Handshake.receive'],
  ['Custody.read', 'asks the own store'],
  ['decodeChallengeReplies', 'inside ProcedureInitiator.receive'],
  ['decodeChallenges', 'inside SecurityUnit.receive'],
  ['decodeCreate', 'inside SecurityUnit.receive'],
  ['decodeDump', 'inside ProcedureInitiator.receive'],
  ['decodeInventory', 'inside ProcedureInitiator.receive'],
  ['decodeKeyList', 'inside SecurityUnit.receive'],
  ['decodeKeyRange', 'inside SecurityUnit.receive'],
  ['decodeLogStatus', 'inside ProcedureInitiator.receive'],
  ['decodeRekey', 'inside SecurityUnit.receive'],
  ['decodeSpi', 'inside SecurityUnit.receive'],
  ['decodeSpiNumber', 'inside SecurityUnit.receive'],
  ['decodeStart', 'inside SecurityUnit.receive'],
  ['decodeStatus', 'inside ProcedureInitiator.receive'],
  ['decodeUpload', 'inside SecurityUnit.receive'],
  ['decodeWindow', 'inside SecurityUnit.receive'],
  ['FieldReader', 'inside SecurityUnit.receive'],
  ['Fifo.push', 'a queue'],
  ['ForwardWindow.check', 'inside StaticReceiveKey.open'],
  ['FrameReader', 'inside Link.receive'],
  ['HandshakeContext.verify', 'inside Handshake.receive, as verifyPeer'],
  ['Incoming.receiveCancel', 'inside LtpEngine.receive'],
  ['Incoming.receiveCancelAck', 'inside LtpEngine.receive'],
  ['Incoming.receiveData', 'inside LtpEngine.receive'],
  ['Incoming.receiveReportAck', 'inside LtpEngine.receive'],
  ['Initiator.receiveCookie', 'inside Handshake.receive'],
  ['Initiator.receiveReply', 'inside Handshake.receive'],
  ['Intake.receive', 'inside BundleAgent.receive'],
  ['KeyCommands.verify', 'inside SecurityUnit.receive'],
  ['openUpload', 'inside SecurityUnit.receive'],
  ['Outbound.push', 'takes what the own node sends'],
  ['Outgoing.receiveCancel', 'inside LtpEngine.receive'],
  ['Outgoing.receiveCancelAck', 'inside LtpEngine.receive'],
  ['Outgoing.receiveReport', 'inside LtpEngine.receive'],
  ['Outlet.open', 'takes no octets'],
  ['Outlet.receiveSegment', 'hands segments to BlockTransfer.receive'],
  ['OwnAttempts.receiveAnswer', 'inside Handshake.receive'],
  ['OwnAttempts.receiveCookie', 'inside Handshake.receive'],
  ['OwnAttempts.receiveDecline', 'inside Handshake.receive'],
  ['PacketPacker.push', 'takes what the own node sends'],
  ['PeerBoots.check', 'inside verifyPeer'],
  ['ProcedureInitiator.read', 'asks a question'],
  ['ProcedureInitiator.verify', 'asks a question'],
  ['ReceiverSession.receiveData', 'inside LtpEngine.receive'],
  ['ReceiverSession.receiveReportAck', 'inside LtpEngine.receive'],
  ['RekeyInitiator.receiveCookie', 'inside Handshake.receive'],
  ['RekeyInitiator.receiveReply', 'inside Handshake.receive'],
  ['ReplayWindow.check', 'inside ReceiveKey.open'],
  ['Responder.receiveFinish', 'inside Handshake.receive'],
  ['Responders.receiveHello', 'inside Handshake.receive'],
  ['SdnvReader', 'inside decodeSegment'],
  ['SegmentLane.push', 'takes what the own node sends'],
  ['SenderSession.receiveReport', 'inside LtpEngine.receive'],
  ['SessionKeying.receiveControl', 'inside Link.receive from a member'],
  ['SessionKeying.receiveMessage', 'inside Link.receive'],
  ['StatementSpread.receive', 'inside Link.receive from a member'],
  ['StaticKeying.receiveControl', 'takes nothing in'],
  ['StaticKeying.receiveMessage', 'takes nothing in'],
  ['StrictReader', 'inside decodePayload, decodeCertificate and their like'],
  ['Successions.receiveRekey', 'inside Handshake.receive'],
  ['UnitQueue.push', 'takes what the own node sends'],
]);
