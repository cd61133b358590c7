/**
 * Reads of a line of the record as little as a report needs. Lines are printable ASCII in which every quote within a text is
 * escaped, so that `,"target":"` can only be a member of that name; they are as `sealLine()` and `eventBody()` put them. A
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

const TIME = '"time":"';
const TIME_LENGTH = 24;
const PREV = '"prev":"sha256:';
const DIGEST_LENGTH = 64;
const KIND = '","kind":"';

/** @returns undefined where the line is put otherwise */
export function lineFrame(line: string): LineFrame | undefined {
  const time = line.indexOf(TIME) + TIME.length;
  const kindAt = line.indexOf(PREV, time) + PREV.length + DIGEST_LENGTH;
  if (time < TIME.length || kindAt < time || !line.startsWith(KIND, kindAt)) return undefined;
  const from = kindAt + KIND.length;
  const to = line.indexOf('"', from);
  if (line.charCodeAt(time + TIME_LENGTH) !== QUOTE || to < 0) return undefined;
  return { time: line.slice(time, time + TIME_LENGTH), kind: line.slice(from, to), behind: to + 1 };
}

const QUOTE = 0x22;

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
const SESSION = ',"session":"';
const CLIENT = ',"client":"';
const TARGET = ',"target":"';
const TUNNEL = ',"tunnel":"';
const APPROVAL = ',"approval":"';

/** @returns undefined where the line is put otherwise */
export function decisionLine(line: string, behind: number): DecisionLine | undefined {
  if (!line.startsWith(EXCHANGE, behind)) return undefined;
  const exchange = textAt(line, behind + EXCHANGE.length);
  if (exchange === undefined) return undefined;
  let from = behind + EXCHANGE.length + exchange.length + 1;
  if (line.startsWith(SESSION, from)) {
    const session = textAt(line, from + SESSION.length);
    if (session === undefined) return undefined;
    from += SESSION.length + session.length + 1;
  }
  const client = line.indexOf(CLIENT, from);
  if (client < 0) return undefined;
  const targetAt = line.indexOf(TARGET, client);
  const target = targetAt < 0 ? undefined : textAt(line, targetAt + TARGET.length);
  if (targetAt >= 0 && target === undefined) return undefined;
  const restAt = target === undefined ? client : targetAt + TARGET.length + target.length + 1;
  const approvalAt = line.indexOf(APPROVAL, restAt);
  const approval = approvalAt < 0 ? undefined : textAt(line, approvalAt + APPROVAL.length);
  const tunnelAt = line.indexOf(TUNNEL, restAt);
  const end = tunnelAt >= 0 ? tunnelAt : approvalAt >= 0 ? approvalAt : line.length;
  return { exchange, target, approval, subject: line.slice(from, client), judgement: line.slice(restAt, end) };
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

/** @returns undefined where the line is put otherwise */
export function outcomeLine(line: string, behind: number): OutcomeLine | undefined {
  if (!line.startsWith(EXCHANGE, behind)) return undefined;
  const exchange = textAt(line, behind + EXCHANGE.length);
  const sentAt = line.indexOf(SENT, behind) + SENT.length;
  const findingsAt = line.indexOf(FINDINGS, sentAt) + FINDINGS.length - 1;
  if (exchange === undefined || sentAt < SENT.length || findingsAt < sentAt) return undefined;
  const receivedAt = line.indexOf(RECEIVED, sentAt) + RECEIVED.length;
  if (receivedAt < sentAt) return undefined;
  return {
    exchange,
    wasDialled: line.includes(DIALLED),
    sent: numberAt(line, sentAt),
    received: numberAt(line, receivedAt),
    findingsAt: line.charCodeAt(findingsAt + 1) === CLOSING_BRACE ? undefined : findingsAt,
  };
}

const CLOSING_BRACE = 0x7d;
const DIGIT_0 = 0x30;

/** The whole number that stands there. */
function numberAt(line: string, from: number): number {
  let value = 0;
  for (let at = from; ; at++) {
    const digit = line.charCodeAt(at) - DIGIT_0;
    if (!(digit >= 0 && digit <= 9)) return value;
    value = value * 10 + digit;
  }
}

/** The text up to the next quote; undefined where an escape is in it, which is left to a parser. */
function textAt(line: string, from: number): string | undefined {
  const to = line.indexOf('"', from);
  const text = to < 0 ? '\\' : line.slice(from, to);
  return text.includes('\\') ? undefined : text;
}
