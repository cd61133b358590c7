import { createHmac } from 'node:crypto';
import type { TestCa } from '../../support/certificates.ts';
import { startOrigin, type OriginRequest, type Script } from '../../support/origin.ts';
import { resetAfter, response } from '../../support/origin-scripts.ts';
import { SECRET } from '../webhooks/receiver.ts';

/** `cut`: takes everything, and the answer is lost. */
export type Mood = 'takes' | 'refuses' | 'cut';

/** Who takes the record over HTTP, as somebody would write it from docs/operations.md. */
export interface RecordReceiver extends AsyncDisposable {
  readonly url: string;
  mood: Mood;
  /** Batches in the order in which they came, verified. */
  batches(): readonly { readonly id: string; readonly lines: readonly string[] }[];
  /** What it has of the record of all writers: batches that it refused are none of it, what came twice is there once. */
  lines(): readonly string[];
}

const ANSWERS: { readonly [M in Mood]: Script } = {
  takes: response('204 No Content', ''),
  refuses: response('503 Service Unavailable', ''),
  cut: resetAfter(''),
};

export async function startRecordReceiver(ca: TestCa, address: string): Promise<RecordReceiver> {
  const taken = new Set<string>();
  const handler: Script = (request) => {
    const { id, lines } = verified(request);
    if (receiver.mood !== 'refuses' && !ids.has(id)) {
      ids.add(id);
      for (const line of lines) taken.add(line);
    }
    return ANSWERS[receiver.mood](request);
  };
  const ids = new Set<string>();
  const origin = await startOrigin({ address, tls: await ca.good(address), handler });
  const receiver: RecordReceiver = {
    url: `https://${origin.authority}/records`,
    mood: 'takes',
    batches: () => origin.requests.map(verified),
    lines: () => [...taken],
    [Symbol.asyncDispose]: () => origin[Symbol.asyncDispose](),
  };
  return receiver;
}

function verified({ fields, content }: OriginRequest): ReturnType<RecordReceiver['batches']>[number] {
  const field = (wanted: string): string => fields.find(([name]) => name.toLowerCase() === wanted)?.[1] ?? '';
  const [id, text] = [field('webhook-id'), content.toString('utf8')];
  const signed = `${id}.${field('webhook-timestamp')}.${text}`;
  const key = Buffer.from(SECRET.replace('whsec_', ''), 'base64');
  const signature = createHmac('sha256', key).update(signed).digest('base64');
  if (field('webhook-signature') !== `v1,${signature}`) throw new Error(`Found a signature that does not verify: ${id}`);
  if (field('content-type') !== 'application/x-ndjson' || !text.endsWith('\n')) throw new Error('Found no JSON lines');
  return { id, lines: text.slice(0, -1).split('\n') };
}
