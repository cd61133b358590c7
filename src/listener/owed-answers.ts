import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Failure } from '../core/codes.ts';
import type { Answer } from '../core/exchange/answer.ts';
import { writeAnswer } from './write-answer.ts';

/** Answers that a connection still owes; the last request is the one whose content the parser may be in. */
interface OwedAnswers {
  /** In the order of their requests. No `Set`: one that changes with every request keeps what has left it (docs/performance.md). */
  readonly answers: ServerResponse[];
  message: IncomingMessage;
  response: ServerResponse;
}

const OWED = new WeakMap<Duplex, OwedAnswers>();

/** Requests that a client may send on one connection before it has read any answer. */
const MAX_PIPELINED = 64;

export const TOO_MANY_PIPELINED: Failure = {
  code: 'overloaded',
  detail: `Found more than ${MAX_PIPELINED} requests without an answer on one connection`,
};

/**
 * Notes that a request was read, so that the answer to a broken one gets neither before its own nor into it.
 *
 * @returns false when the connection owes too many answers already, or is gone
 */
export function oweAnswer(message: IncomingMessage, response: ServerResponse): boolean {
  const { socket } = message;
  if (socket.destroyed) return false;
  const owed = OWED.get(socket) ?? openLedger(message, response);
  owed.answers.push(response);
  owed.message = message;
  owed.response = response;
  response.on('close', () => settle(owed, response));
  return owed.answers.length <= MAX_PIPELINED;
}

/** What asks for the raw connection while others still wait for their answers on it: two would write to it at once. */
export const BEHIND_UNANSWERED: Failure = {
  code: 'malformed_request',
  detail: 'Found CONNECT or an upgrade behind a request without an answer, expected none on its connection',
};

/** Whether requests that were read from the connection still wait for their answers. */
export function owesAnswers(socket: Duplex): boolean {
  return (OWED.get(socket)?.answers.length ?? 0) > 0;
}

/** Whether any request was read from the connection. */
export function hasHadRequest(socket: Duplex): boolean {
  return OWED.has(socket);
}

/**
 * Gives the answer to a request that the parser broke off, as the last one on its connection. Where answers to earlier
 * requests are still to come, or its own has begun, it cannot be told from theirs, and the connection is cut instead.
 */
export function answerBroken(socket: Duplex, answer: Answer): void {
  const owed = OWED.get(socket);
  if (owed === undefined || owed.answers.length === 0) writeAnswer(socket, answer);
  else if (owed.answers.length > 1 || owed.message.complete || owed.response.headersSent) socket.destroy();
  else replaceAnswer(owed.response, socket, answer);
}

function settle({ answers }: OwedAnswers, response: ServerResponse): void {
  const place = answers.indexOf(response);
  if (place !== -1) answers.splice(place, 1);
}

function openLedger(message: IncomingMessage, response: ServerResponse): OwedAnswers {
  const owed: OwedAnswers = { answers: [], message, response };
  OWED.set(message.socket, owed);
  message.socket.once('close', () => {
    // Node tells only the answer whose turn it is; what runs for those behind it has to end as well.
    for (const waiting of owed.answers.splice(0)) waiting.emit('close');
  });
  return owed;
}

// The content of a request that is already on its way broke off: its answer is this one, and what runs for it ends.
function replaceAnswer(response: ServerResponse, socket: Duplex, answer: Answer): void {
  response.detachSocket(socket as Socket);
  response.destroy();
  socket.once('finish', () => response.emit('close'));
  writeAnswer(socket, answer);
}
