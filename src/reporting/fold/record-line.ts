/**
 * Reads of a line of the record as little as a report needs. Lines are printable ASCII in which every quote within a text is
 * escaped, so that `,"target":"` can only be a member of that name; they are as `LineBuffer` and `eventBody()` put them. A
 * line that is put otherwise is read as JSON, which takes five times as long and comes to the same.
 */

/** Where things stand in a line. */
export interface LineFrame {
  /** RFC 3339 with milliseconds, UTC: compares as text. */
  readonly time: string;
  readonly kind: string;
  /** Behind the kind: at a comma, or at the end of the object. */
  readonly behind: number;
}

const HEAD = '{"v":1,"seq":';
const TIME = ',"time":"';
const TIME_LENGTH = 24;
const WRITER = '","writer":"';
/** Behind the writer, up to the kind. */
const PREV_LENGTH = '","prev":"sha256:'.length + 64;
const KIND = '","kind":"';

/** @returns undefined where the line is put otherwise */
export function lineFrame(line: string): LineFrame | undefined {
  let at = HEAD.length;
  while (isDigit(line.charCodeAt(at))) at += 1;
  if (!line.startsWith(TIME, at)) return undefined;
  const time = at + TIME.length;
  if (!line.startsWith(WRITER, time + TIME_LENGTH)) return undefined;
  const writerEnd = line.indexOf('"', time + TIME_LENGTH + WRITER.length);
  if (!line.startsWith(KIND, writerEnd + PREV_LENGTH)) return undefined;
  const from = writerEnd + PREV_LENGTH + KIND.length;
  const kind = kindAt(line, from);
  if (kind === undefined) return undefined;
  return { time: line.slice(time, time + TIME_LENGTH), kind, behind: from + kind.length + 1 };
}

/** Constants where they will do: texts that are one and the same are compared at once. */
function kindAt(line: string, from: number): string | undefined {
  if (line.startsWith('decision"', from)) return 'decision';
  if (line.startsWith('outcome"', from)) return 'outcome';
  const to = line.indexOf('"', from);
  return to < 0 ? undefined : line.slice(from, to);
}

/** A decision, taken apart into what is new with every exchange and what most of them share. */
export interface DecisionLine {
  readonly exchange: string;
  readonly target: string | undefined;
  readonly approval: string | undefined;
  /** Everything else that is looked at, in two parts: the same texts stand for the same facts. */
  readonly subject: string;
  readonly judgement: string;
}

const EXCHANGE = ',"exchange":"';
const SUBJECT = ',"subject":"';
const CLIENT = ',"client":"';
const TARGET = ',"target":"';
const TUNNEL = ',"tunnel":"';
const APPROVAL = ',"approval":"';
/** A UUID in hexadecimal digits with hyphens (RFC 9562). */
const ID_LENGTH = 36;
/** Of a member whose value is such an id, with the brace behind it. */
const LAST_TUNNEL = TUNNEL.length + ID_LENGTH + 2;

/** @returns undefined where the line is put otherwise */
export function decisionLine(line: string, behind: number): DecisionLine | undefined {
  const exchange = line.startsWith(EXCHANGE, behind) ? textAt(line, behind + EXCHANGE.length) : undefined;
  const client = line.indexOf(CLIENT, behind);
  if (exchange === undefined || client < 0) return undefined;
  const subjectAt = line.indexOf(SUBJECT, behind + EXCHANGE.length + exchange.length);
  const targetAt = line.indexOf(TARGET, client);
  const target = targetAt < 0 ? undefined : textAt(line, targetAt + TARGET.length);
  if (targetAt >= 0 && target === undefined) return undefined;
  const restAt = target === undefined ? client : targetAt + TARGET.length + target.length + 1;
  const { end, approval } = ending(line, restAt);
  const subject = subjectAt < 0 || subjectAt > client ? '' : line.slice(subjectAt, client);
  return { exchange, target, approval, subject, judgement: line.slice(restAt, end) };
}

/** What is new with every exchange stands last: the tunnel, then the approval. */
function ending(line: string, from: number): { readonly end: number; readonly approval: string | undefined } {
  const tunnel = line.length - LAST_TUNNEL;
  if (line.startsWith(TUNNEL, tunnel)) return { end: tunnel, approval: undefined };
  // Without either, obligations are last.
  if (line.endsWith(']}')) return { end: line.length, approval: undefined };
  const approvalAt = line.indexOf(APPROVAL, from);
  const tunnelAt = line.indexOf(TUNNEL, from);
  const end = tunnelAt >= 0 ? tunnelAt : approvalAt >= 0 ? approvalAt : line.length;
  return { end, approval: approvalAt < 0 ? undefined : textAt(line, approvalAt + APPROVAL.length) };
}

/** What a report needs of an outcome. */
export interface OutcomeLine {
  readonly exchange: string;
  readonly wasDialled: boolean;
  readonly sent: number;
  readonly received: number;
  /** Where the object of findings begins; undefined where nothing was found. */
  readonly findingsAt: number | undefined;
}

const DIALLED = ',"dialled":"';
const SENT = ',"bytes":{"sent":';
const RECEIVED = ',"received":';
const FINDINGS = ',"findings":{';
const NO_FINDINGS = `${FINDINGS}}}`;

/** @returns undefined where the line is put otherwise */
export function outcomeLine(line: string, behind: number): OutcomeLine | undefined {
  const exchange = line.startsWith(EXCHANGE, behind) ? textAt(line, behind + EXCHANGE.length) : undefined;
  const bytesAt = line.indexOf(SENT, behind);
  if (exchange === undefined || bytesAt < 0) return undefined;
  const sentAt = bytesAt + SENT.length;
  const sentEnd = digitsEnd(line, sentAt);
  if (!line.startsWith(RECEIVED, sentEnd)) return undefined;
  const receivedAt = sentEnd + RECEIVED.length;
  const findingsAt = line.endsWith(NO_FINDINGS) ? undefined : line.indexOf(FINDINGS, receivedAt);
  if (findingsAt !== undefined && findingsAt < 0) return undefined;
  const dialledAt = line.indexOf(DIALLED, behind);
  return {
    exchange,
    wasDialled: dialledAt >= 0 && dialledAt < bytesAt,
    sent: numberAt(line, sentAt, sentEnd),
    received: numberAt(line, receivedAt, digitsEnd(line, receivedAt)),
    findingsAt: findingsAt === undefined ? undefined : findingsAt + FINDINGS.length - 1,
  };
}

const DIGIT_0 = 0x30;

function isDigit(code: number): boolean {
  return code >= DIGIT_0 && code <= DIGIT_0 + 9;
}

function digitsEnd(line: string, from: number): number {
  let at = from;
  while (isDigit(line.charCodeAt(at))) at += 1;
  return at;
}

/** The whole number that these digits write. */
function numberAt(line: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) value = value * 10 + line.charCodeAt(at) - DIGIT_0;
  return value;
}

/** The text up to the next quote; undefined where an escape is in it, which is left to a parser. */
function textAt(line: string, from: number): string | undefined {
  const to = line.indexOf('"', from);
  const text = to < 0 ? '\\' : line.slice(from, to);
  return text.includes('\\') ? undefined : text;
}
