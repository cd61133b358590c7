import type { SessionId } from '../../core/ids.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Bytes, Milliseconds } from '../../core/units.ts';
import { parseAbsoluteForm } from '../../wire/http/request-target.ts';
import type { EndpointPolicy } from '../egress/own-endpoint-policy.ts';
import { type OwnEgress, sendOwn } from '../egress/own-request.ts';

/** The session in which Vault is asked: each request is an exchange of the gateway itself, and on the record. */
export const SECRETS_SESSION = 'secrets' as SessionId;

/** The most that Vault keeps in one entry, and as much again for what stands around it. */
const MOST_ANSWER: Bytes = 1024 * 1024;

export interface VaultServerParts extends OwnEgress {
  readonly url: string;
  readonly own: EndpointPolicy;
  readonly namespace: string | undefined;
  /** PEM texts, instead of the public roots; absent: those alone. */
  readonly anchors: readonly string[] | undefined;
  readonly timeout: Milliseconds;
}

/** A request below `/v1/`. */
export type VaultRequest =
  | { readonly method: 'GET'; readonly path: string; readonly token: string }
  | { readonly method: 'POST'; readonly path: string; readonly content: Readonly<Record<string, string>> };

/** An answer that is for this request: what does not concern it alone is a problem. */
export interface VaultAnswer {
  readonly status: number;
  /** What was JSON; else undefined. */
  readonly content: unknown;
}

/** Why a secret cannot be had. */
export interface VaultProblem {
  /** A sentence that holds nothing of what Vault said, or was told. */
  readonly sentence: string;
  /** No other secret can be had either: it does not answer, or says that it is not able to. */
  readonly isDown: boolean;
}

export type AskVault = (request: VaultRequest) => Promise<Result<VaultAnswer, VaultProblem>>;

/** @source HashiCorp Vault, HTTP API: authentication, namespaces, status codes */
export function createAskVault({ url, own, namespace, anchors, timeout, ...egress }: VaultServerParts): AskVault {
  const base = `${url.replace(/\/+$/, '')}/v1/`;
  const common = {
    accept: 'application/json',
    // Agents and proxies of Vault refuse requests without it, against requests that a server was talked into.
    'x-vault-request': 'true',
    ...(namespace !== undefined && { 'x-vault-namespace': namespace }),
  };
  return async (request) => {
    const form = parseAbsoluteForm(base + request.path);
    if (!form.ok) return down(form.failure);
    const fields = request.method === 'GET' ? { ...common, 'x-vault-token': request.token } : { ...common, ...JSON_CONTENT };
    const content = request.method === 'GET' ? '' : JSON.stringify(request.content);
    const message = { method: request.method, fields, content, anchors, maxBytes: MOST_ANSWER, timeout };
    const { policy, subject } = own;
    const answer = await sendOwn({ session: SECRETS_SESSION, form: form.value, policy, subject, message }, egress);
    if (!answer.ok) return down(`${answer.failure.code}: ${answer.failure.detail}`);
    const { status } = answer.value;
    const problem = incapacity(status);
    return problem === undefined ? ok({ status, content: parsed(answer.value.content) }) : down(problem);
  };
}

const JSON_CONTENT = { 'content-type': 'application/json' } as const;

/** What a status says about the server rather than about what was asked. */
function incapacity(status: number): string | undefined {
  if (status === 503) return 'It is sealed or under maintenance (status 503)';
  if (status === 429 || status === 412 || status >= 500) return `It cannot answer now (status ${status})`;
  // Where that leads has not been judged.
  if (status >= 300 && status < 400)
    return `Found a redirect (status ${status}), expected the address of a server that answers by itself`;
  return undefined;
}

function parsed(content: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content));
  } catch {
    return undefined;
  }
}

function down(why: string): Result<never, VaultProblem> {
  return fail({ sentence: `Vault cannot be asked: ${why}`, isDown: true });
}
