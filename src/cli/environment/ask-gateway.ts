import { request } from 'node:http';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Bytes, Milliseconds } from '../../core/units.ts';

/** Whom to ask, and as whom. */
export interface Asked {
  readonly host: string;
  readonly port: number;
  /** `agent:token`; absent: known by the address. */
  readonly credentials?: string;
}

export interface Answered {
  readonly status: number;
  readonly content: string;
}

const TIMEOUT: Milliseconds = 5_000;
const MOST_CONTENT: Bytes = 64 * 1024;

/**
 * GET of a page that the gateway has for agents, through its proxy as an agent asks: `whoami`, `healthz`.
 * @failure a sentence
 */
export function askGateway({ host, port, credentials }: Asked, page: string): Promise<Result<Answered, string>> {
  const authorization = credentials === undefined ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`;
  const headers = { host: 'cordon.internal', ...(authorization !== undefined && { 'proxy-authorization': authorization }) };
  const options = { host, port, path: `http://cordon.internal/${page}`, headers, agent: false, timeout: TIMEOUT };
  return new Promise((resolve) => {
    const sent = request(options, (answer) => {
      let content = '';
      answer.setEncoding('utf8').on('data', (text: string) => {
        content += text;
        if (content.length > MOST_CONTENT) sent.destroy(new Error('the answer is too long for one of a gateway'));
      });
      const { statusCode: status = 0 } = answer;
      answer.on('end', () => resolve(ok({ status, content })));
    });
    sent.once('timeout', () => sent.destroy(new Error('no answer within 5 s')));
    // Behind an answer that was cut, or is none (101): Node says nothing else of it.
    sent.once('close', () => resolve(fail(`${host}:${port}: ended the connection without a whole answer`)));
    sent.once('error', (error) => resolve(fail(`${host}:${port}: ${error.message}`)));
    sent.end();
  });
}
