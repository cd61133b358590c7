import { Agent, type IncomingMessage, request as plainRequest } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import type { Milliseconds } from '../../core/units.ts';

export interface ApiRequest {
  readonly url: URL;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly token: string;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Longest silence of the gateway. */
  readonly silence: Milliseconds;
  readonly signal?: AbortSignal;
}

/** Longest answer that is read, in UTF-16 code units: a page of approvals has far less. */
const LONGEST_ANSWER = 32 * 1024 * 1024;

/**
 * Sends one request to the admin API; the answer's content is still to come. It goes there directly: in a shell whose variables
 * send everything through the gateway, this is what must not.
 */
export function openExchange({ url, method, token, json, silence, signal }: ApiRequest): Promise<IncomingMessage> {
  const body = json === undefined ? undefined : JSON.stringify(json);
  const isSecure = url.protocol === 'https:';
  return new Promise((resolve, reject) => {
    const sent = (isSecure ? secureRequest : plainRequest)(url, {
      method,
      // Not the global one, which follows the variables of a shell (NODE_USE_ENV_PROXY).
      agent: isSecure ? new SecureAgent() : new Agent(),
      timeout: silence,
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/json, text/event-stream',
        ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      },
      ...(signal !== undefined && { signal }),
    });
    sent.once('response', resolve);
    sent.once('timeout', () => sent.destroy(new Error(`it said nothing for ${silence / 1000} s`)));
    sent.on('error', reject);
    // Also behind a response that is none (101): Node says nothing else of it.
    sent.once('close', () => reject(new Error('it ended the connection without an answer')));
    sent.end(body);
  });
}

/** The content of an answer, whole. */
export async function readAnswer(answer: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) {
    text += chunk as string;
    if (text.length > LONGEST_ANSWER) throw new Error('its answer does not end');
  }
  return text;
}
