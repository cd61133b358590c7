/**
 * What `record: content` adds to an exchange of 1 KB bodies, and prints it as one line of JSON. Started by `record-rows.ts`, alone
 * on the core of what is measured: `node scripts/bench/record/measure-content.ts DIRECTORY ROUNDS`.
 */
import { join } from 'node:path';
import { systemClock, systemRandom } from '../../../src/app/system.ts';
import type { ContentKeyStore } from '../../../src/core/exchange/content-keys.ts';
import type { MessageSide } from '../../../src/core/exchange/record.ts';
import type { AgentId, ExchangeId, SessionId } from '../../../src/core/ids.ts';
import { ok } from '../../../src/core/result.ts';
import { PartRecording } from '../../../src/pipeline/content-record/part-recording.ts';
import { ContentKeys } from '../../../src/recording/content/content-keys.ts';
import { ContentRecorder, type ContentLog, type ContentPiece } from '../../../src/recording/content/content-recorder.ts';
import type { RecordedHead } from '../../../src/recording/content/sealed-content.ts';
import { CodingMemory } from '../../../src/transform/codings/coding-memory.ts';
import { recordedFields, recordedTarget } from '../../../src/transform/recorded/recorded-fields.ts';
import { toFieldLines } from '../../../src/wire/http/fields.ts';
import { smallBodies } from '../masking/bodies.ts';
import { decision, journalIn, KEYS, outcome, randomIds } from './sample-events.ts';

/** µs of CPU time per exchange, by round. What `record-rows.ts` reads. */
export interface ContentCosts {
  /** Its decision and outcome alone. */
  readonly bare: readonly number[];
  /** And both messages, masked before: sealed, hashed, written. */
  readonly sealed: readonly number[];
  /** And their heads and bodies masked. */
  readonly masked: readonly number[];
}

type Mode = keyof ContentCosts;

const MODES: readonly Mode[] = ['bare', 'sealed', 'masked'];
const WRITERS = 64;
const EXCHANGES = 20_000;
const SESSIONS = 50;
const BODIES = smallBodies(1000, { withValues: true });
const NO_CREDENTIALS: ReadonlySet<string> = new Set();
const SEARCH = { masks: [], own: [] };
const MEMORY = new CodingMemory(64 * 1024 ** 2);
const LIMIT = 1024 ** 2;
const TARGET = '/v1/chat/completions';
const FIELDS: Readonly<Record<MessageSide, readonly string[]>> = {
  request: `host|eu.api.example.com|content-type|application/json|accept|application/json|user-agent|openai-python/1.99.0
x-stainless-lang|python|x-stainless-os|Linux|x-stainless-arch|x64|accept-encoding|identity|content-length|1024`.split(/[|\n]/),
  response: `content-type|application/json|content-length|1024|date|Fri, 27 Nov 2026 20:31:36 GMT|server|envoy
x-request-id|req_8f1b0c2d9a4e|openai-processing-ms|312|cache-control|no-store|vary|Origin`.split(/[|\n]/),
};
const LINES = { request: toFieldLines(FIELDS.request), response: toFieldLines(FIELDS.response) };

function headOf(side: MessageSide): RecordedHead {
  const recorded = recordedFields(FIELDS[side], NO_CREDENTIALS, SEARCH);
  return side === 'request'
    ? { method: 'POST', target: recordedTarget(TARGET, SEARCH), ...recorded }
    : { status: 200, ...recorded };
}

const HEADS = { request: headOf('request'), response: headOf('response') };

function pieceOf(part: MessageSide, text: Uint8Array): ContentPiece {
  const notes = { head: HEADS[part], mediaType: 'application/json' };
  return { part, index: 0, at: 12, last: true, passed: text.length, notes, text };
}

/** As `ContentRecording` has it, without the exchange around it. */
async function mask(side: MessageSide, body: Uint8Array, log: ContentLog): Promise<void> {
  const began = performance.now();
  const part = new PartRecording(side, {
    search: SEARCH,
    memory: MEMORY,
    limit: LIMIT,
    elapsed: () => performance.now() - began,
    keyedDigest: (text) => text,
    recorded: toFieldLines,
    append: async (piece) => {
      const appended = await log.append(piece);
      if (!appended.ok) throw new Error(appended.failure.detail);
    },
    isReady: () => true,
    whenReady: (listener) => listener(),
  });
  part.begin({ fields: LINES[side], isPartial: false, isArrayStream: false }, headOf(side));
  part.push(body);
  part.end();
  await part.settled();
}

const SIDES = ['request', 'response'] as const;

async function record(mode: Mode, log: ContentLog, number: number): Promise<void> {
  if (mode === 'bare') return;
  const bodyOf = (index: number): Uint8Array => BODIES[(number + index) % BODIES.length]!;
  if (mode === 'masked') await Promise.all(SIDES.map((side, index) => mask(side, bodyOf(index), log)));
  else await Promise.all(SIDES.map((side, index) => log.append(pieceOf(side, bodyOf(index)))));
}

/** Keeps the keys that it is given. */
const STORE = { keep: (_scope, proposed) => Promise.resolve(ok(proposed)) } as Pick<ContentKeyStore, 'keep'> as ContentKeyStore;

/** @returns µs of CPU time per exchange */
async function cost(mode: Mode, directory: string): Promise<number> {
  await using journal = await journalIn(directory, 'batched');
  const keys = new ContentKeys({ store: STORE, wrapping: KEYS.wrapping, clock: systemClock, random: systemRandom });
  const recorder = new ContentRecorder(journal, keys);
  const ids = randomIds(EXCHANGES);
  const exchange = async (id: ExchangeId, number: number): Promise<void> => {
    const scope = { session: `s-${number % SESSIONS}` as SessionId, subject: 'support-bot' as AgentId, home: 'eu' };
    const log = await recorder.open(id, scope);
    if (!log.ok) throw new Error(log.failure.detail);
    await journal.append(decision(id));
    await record(mode, log.value, number);
    void journal.append(outcome(id));
  };
  const write = async (): Promise<void> => {
    for (let id = ids.pop(); id !== undefined; id = ids.pop()) await exchange(id, ids.length);
  };
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: WRITERS }, write));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / EXCHANGES;
}

async function main(directory: string, rounds: number): Promise<ContentCosts> {
  const costs = { bare: [] as number[], sealed: [] as number[], masked: [] as number[] };
  for (let round = 0; round <= rounds; round++) {
    for (const mode of MODES) {
      const each = await cost(mode, join(directory, mode));
      // The first round is for the compiler.
      if (round > 0) costs[mode].push(each);
    }
  }
  return costs;
}

const [, , directory = '', rounds = '3'] = process.argv;
process.stdout.write(`${JSON.stringify(await main(directory, Number(rounds)))}\n`);
