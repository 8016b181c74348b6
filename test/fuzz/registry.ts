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
  ['ControlDialogue.receive', 'inside Link.receive from a member'],
  ['Custody.read', 'asks the own store'],
  ['Fifo.push', 'a queue'],
  ['FrameReader', 'inside Link.receive'],
  ['ForwardWindow.check', 'inside StaticReceiveKey.open'],
  ['HandshakeContext.verify', 'inside Handshake.receive, as verifyPeer'],
  ['Incoming.receiveCancel', 'inside LtpEngine.receive'],
  ['Incoming.receiveCancelAck', 'inside LtpEngine.receive'],
  ['Incoming.receiveData', 'inside LtpEngine.receive'],
  ['Incoming.receiveReportAck', 'inside LtpEngine.receive'],
  ['Outgoing.receiveCancel', 'inside LtpEngine.receive'],
  ['Outgoing.receiveCancelAck', 'inside LtpEngine.receive'],
  ['Outgoing.receiveReport', 'inside LtpEngine.receive'],
  ['ReceiverSession.receiveData', 'inside LtpEngine.receive'],
  ['ReceiverSession.receiveReportAck', 'inside LtpEngine.receive'],
  ['SdnvReader', 'inside decodeSegment'],
  ['SenderSession.receiveReport', 'inside LtpEngine.receive'],
  ['Initiator.receiveReply', 'inside Handshake.receive'],
  ['Intake.receive', 'inside BundleAgent.receive'],
  ['Outbound.push', 'takes what the own node sends'],
  ['PacketPacker.push', 'takes what the own node sends'],
  ['PeerBoots.check', 'inside verifyPeer'],
  ['RekeyInitiator.receiveReply', 'inside Handshake.receive'],
  ['ReplayWindow.check', 'inside ReceiveKey.open'],
  ['Initiator.receiveCookie', 'inside Handshake.receive'],
  ['RekeyInitiator.receiveCookie', 'inside Handshake.receive'],
  ['CookieIntake.receive', 'inside Handshake.receive'],
  ['OwnAttempts.receiveAnswer', 'inside Handshake.receive'],
  ['OwnAttempts.receiveCookie', 'inside Handshake.receive'],
  ['OwnAttempts.receiveDecline', 'inside Handshake.receive'],
  ['Successions.receiveRekey', 'inside Handshake.receive'],
  ['Responder.receiveFinish', 'inside Handshake.receive'],
  ['Responders.receiveHello', 'inside Handshake.receive'],
  ['SessionKeying.receiveControl', 'inside Link.receive from a member'],
  ['SessionKeying.receiveMessage', 'inside Link.receive'],
  ['CookieIntake.receive', 'inside Handshake.receive'],
  ['OwnAttempts.receiveAnswer', 'inside Handshake.receive'],
  ['OwnAttempts.receiveCookie', 'inside Handshake.receive'],
  ['OwnAttempts.receiveDecline', 'inside Handshake.receive'],
  ['RekeyInitiator.receiveCookie', 'inside Handshake.receive'],
  ['Successions.receiveRekey', 'inside Handshake.receive'],
  ['checkSpi', 'takes a number'],
  ['StatementSpread.receive', 'inside Link.receive from a member'],
  ['UnitQueue.push', 'takes what the own node sends'],
  ['decodeSpi', 'inside SecurityUnit.receive'],
  ['decodeSpiNumber', 'inside SecurityUnit.receive'],
  ['decodeRekey', 'inside SecurityUnit.receive'],
  ['decodeStart', 'inside SecurityUnit.receive'],
  ['decodeWindow', 'inside SecurityUnit.receive'],
  ['decodeCreate', 'inside SecurityUnit.receive'],
  ['FieldReader', 'inside SecurityUnit.receive'],
  ['KeyCommands.verify', 'inside SecurityUnit.receive'],
  ['decodeUpload', 'inside SecurityUnit.receive'],
  ['openUpload', 'inside SecurityUnit.receive'],
  ['decodeKeyList', 'inside SecurityUnit.receive'],
  ['decodeChallenges', 'inside SecurityUnit.receive'],
  ['decodeKeyRange', 'inside SecurityUnit.receive'],
  ['decodeStatus', 'inside ProcedureInitiator.receive'],
  ['ProcedureInitiator.read', 'asks a question'],
  ['decodeChallengeReplies', 'inside ProcedureInitiator.receive'],
  ['decodeInventory', 'inside ProcedureInitiator.receive'],
  ['decodeLogStatus', 'inside ProcedureInitiator.receive'],
  ['decodeDump', 'inside ProcedureInitiator.receive'],
  ['ProcedureInitiator.verify', 'asks a question'],
  ['StaticKeying.receiveControl', 'takes nothing in'],
  ['StaticKeying.receiveMessage', 'takes nothing in'],
  ['StrictReader', 'inside decodePayload, decodeCertificate and their like'],
]);
