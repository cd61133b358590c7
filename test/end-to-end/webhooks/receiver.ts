import { createHmac, randomBytes } from 'node:crypto';
import type { TestCa } from '../../support/certificates.ts';
import { startOrigin, type Origin, type OriginRequest, type Script } from '../../support/origin.ts';
import { response } from '../../support/origin-scripts.ts';

/** As `openssl rand -base64 32` makes it, in the spelling of Standard Webhooks. */
export const SECRET = `whsec_${randomBytes(32).toString('base64')}`;

export interface Delivered {
  readonly id: string;
  readonly type: string;
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A receiver on loopback, as somebody would write it from the specification of Standard Webhooks. */
export interface Receiver extends AsyncDisposable {
  readonly origin: Origin;
  readonly url: string;
  /** What was sent, verified; throws where a signature is not right. */
  messages(): readonly Delivered[];
  /** Bytes of all contents. */
  contents(): string;
}

let started = 0;

export async function startReceiver(ca: TestCa, script: Script = TAKEN, name?: string): Promise<Receiver> {
  const address = `127.0.10.${200 + started++}`;
  const origin = await startOrigin({ address, tls: await ca.good(name ?? address), handler: script });
  return {
    origin,
    url: `https://${origin.authority}/hook`,
    messages: () => origin.requests.map(verified),
    contents: () => origin.requests.map(({ content }) => content.toString('utf8')).join('\n'),
    [Symbol.asyncDispose]: () => origin[Symbol.asyncDispose](),
  };
}

const TAKEN: Script = response('204 No Content', '');

/** Each request gets the next script; those beyond the last one get that. */
export function inTurn(...scripts: readonly Script[]): Script {
  let next = 0;
  return (request) => scripts[Math.min(next++, scripts.length - 1)]!(request);
}

function verified(request: OriginRequest): Delivered {
  const field = (wanted: string): string => request.fields.find(([name]) => name.toLowerCase() === wanted)?.[1] ?? '';
  const id = field('webhook-id');
  const content = request.content.toString('utf8');
  const key = Buffer.from(SECRET.replace('whsec_', ''), 'base64');
  const signature = createHmac('sha256', key)
    .update(`${id}.${field('webhook-timestamp')}.${content}`)
    .digest('base64');
  if (field('webhook-signature') !== `v1,${signature}`) throw new Error(`Found a signature that does not verify: ${content}`);
  if (Math.abs(Date.now() / 1000 - Number(field('webhook-timestamp'))) > 300) throw new Error('Found an old timestamp');
  return { id, ...(JSON.parse(content) as Omit<Delivered, 'id'>) };
}
