import { codeRow, type Code } from '../../core/codes.ts';
import type { ExchangeId } from '../../core/ids.ts';
import { escapeDeceptive } from '../quote.ts';

/** What is known about an answer that the gateway gives itself. Only what the asking agent may see belongs in here. */
export interface ProblemInput {
  readonly code: Code;
  readonly exchange: ExchangeId;
  /** One sentence; absent: the title of the code. */
  readonly reason?: string;
  readonly rule?: string;
  readonly place?: string;
  readonly home?: string;
  /** Id of the approval that is waited for. */
  readonly approval?: string;
  /** Absent: the hint of the code. */
  readonly hint?: string;
  readonly retryAfterSeconds?: number;
  /** Whether to ask for proxy authentication; absent: only for `unidentified`. */
  readonly challenge?: boolean;
  /** 421 for a `name_mismatch` inside a tunnel (contract §3). */
  readonly statusOverride?: number;
}

export interface ProblemReply {
  readonly status: number;
  /** The code: many clients show nothing else of a refused CONNECT. */
  readonly reasonPhrase: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

/** Longest free text in a problem, in UTF-16 code units. */
const MAX_TEXT = 500;

const CHALLENGES: ProblemReply['fields'] = [
  ['Proxy-Authenticate', 'Basic realm="cordon", charset="UTF-8"'],
  ['Proxy-Authenticate', 'Bearer realm="cordon"'],
];

/**
 * The answer for a code, as every door of the gateway sends it.
 *
 * @source RFC 9457 (problem details), RFC 9209 §2 (Proxy-Status), RFC 9110 §15.5.8 (407)
 */
export function problemReply(input: ProblemInput): ProblemReply {
  const row = codeRow(input.code);
  const status = input.statusOverride ?? row.status;
  const statusUrl = input.approval === undefined ? undefined : approvalUrl(input.approval);
  const body = problemJson(input, status, statusUrl);
  return {
    status,
    reasonPhrase: input.code,
    fields: [
      ['Content-Type', 'application/problem+json'],
      ['Content-Length', String(new TextEncoder().encode(body).length)],
      ['Cache-Control', 'no-store'],
      ['Cordon-Exchange', input.exchange],
      ['Proxy-Status', `cordon; error=${row.proxyError}; details="${input.code}"`],
      ...((input.challenge ?? input.code === 'unidentified') ? CHALLENGES : []),
      ...retryAfter(input.retryAfterSeconds),
      ...(statusUrl === undefined ? [] : [['Link', `<${statusUrl}>; rel="status"`] as const]),
    ],
    body,
  };
}

function problemJson(input: ProblemInput, status: number, statusUrl: string | undefined): string {
  const row = codeRow(input.code);
  const problem = {
    type: `urn:cordon:problem:${input.code}`,
    title: row.title,
    status,
    code: input.code,
    exchange: input.exchange,
    rule: cut(input.rule),
    reason: cut(input.reason ?? row.title),
    place: cut(input.place),
    home: cut(input.home),
    approval: cut(input.approval),
    statusUrl,
    hint: cut(input.hint ?? row.hint),
  };
  return escapeDeceptive(JSON.stringify(problem));
}

// JSON.stringify leaves undefined members out.
function cut(text: string | undefined): string | undefined {
  return text !== undefined && text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 1)}…` : text;
}

function approvalUrl(approval: string): string {
  return `http://cordon.internal/approvals/${encodeURIComponent(approval)}`;
}

function retryAfter(seconds: number | undefined): ProblemReply['fields'] {
  return seconds === undefined ? [] : [['Retry-After', String(Math.max(0, Math.ceil(seconds)))]];
}
