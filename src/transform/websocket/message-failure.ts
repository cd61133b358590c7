import type { Code, Failure } from '../../core/codes.ts';
import { fail, type Fail } from '../../core/result.ts';
import type { Bytes } from '../../core/units.ts';
import { CLOSE, type CloseCode } from '../../wire/websocket/close-frame.ts';

/** Most bytes of a message that has to be there as a whole, compressed and not. */
export const MAX_MESSAGE: Bytes = 16 * 1024 * 1024;

/** Why messages cannot go on, for the record and for the two ends. */
export interface MessageFailure {
  readonly failure: Failure;
  /** What both ends are told. */
  readonly close: CloseCode;
}

const CLOSE_BY_CODE: Partial<Readonly<Record<Code, CloseCode>>> = {
  malformed_request: CLOSE.protocolError,
  origin_protocol: CLOSE.protocolError,
  unreadable_content: CLOSE.policyViolation,
  content_too_large: CLOSE.tooBig,
  overloaded: CLOSE.tryAgainLater,
};

/** @param close where the code alone does not tell it */
export function messageFailure(failure: Failure, close?: CloseCode): Fail<MessageFailure> {
  return fail({ failure, close: close ?? CLOSE_BY_CODE[failure.code] ?? CLOSE.internalError });
}

/** A message longer than it may be. @param what it is, to begin a sentence with */
export function tooLarge(what: string): Fail<MessageFailure> {
  return messageFailure({ code: 'content_too_large', detail: `Found ${what} of more than ${MAX_MESSAGE} bytes` });
}
