import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createEventBus } from '../../../src/app/event-bus.ts';
import { ExchangeIndexing } from '../../../src/app/indexing/exchange-indexing.ts';
import type { ExchangeIndexWriter } from '../../../src/core/exchange/exchange-index.ts';
import { fail } from '../../../src/core/result.ts';
import type { OpenJournal } from '../../../src/recording/journal.ts';
import type { Log } from '../../../src/telemetry/log.ts';
import { denial, outcome } from '../../recording/events.ts';
import { journalIn, temporaryDirectory } from '../../recording/fixtures.ts';
import { segmentPaths, TEST_KEYS } from '../../support/record-files.ts';
import { indexIn, type TestIndex, valueOf } from './index-fixture.ts';

/** The indexing of a gateway, and what it says. */
function indexing(
  journal: OpenJournal,
  index: ExchangeIndexWriter,
): {
  readonly said: string[];
  readonly nextChange: () => Promise<void>;
  readonly stop: () => Promise<void>;
} {
  const said: string[] = [];
  const say = (_details: object, sentence: string) => void said.push(sentence);
  const events = createEventBus((error) => {
    throw error;
  });
  const running = new ExchangeIndexing({
    directories: [dirname(journal.directory)],
    journals: [journal],
    index,
    wrapping: [TEST_KEYS.wrapping],
    events,
    log: { warn: say, error: say } as Partial<Log> as Log,
  });
  const stop = () => running[Symbol.asyncDispose]();
  onTestFinished(stop);
  return {
    said,
    stop,
    nextChange: () => new Promise((resolve) => void events.subscribe(({ type }) => type === 'exchanges.indexed' && resolve())),
  };
}

const idsIn = async ({ index }: TestIndex): Promise<string[]> =>
  valueOf(await index.list({ limit: 99 }))
    .items.map(({ id }) => id)
    .toSorted();

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await isSo()); tries++) {
    if (tries === 400) throw new Error('It did not come about');
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

it('follows what is recorded, and takes in what other writers left', async () => {
  const directory = temporaryDirectory();
  const gone = await journalIn(directory, { writer: 'gone' });
  await gone.append(denial(1));
  await gone.close();
  const journal = await journalIn(directory, { writer: 'own' });
  const index = await indexIn(temporaryDirectory());
  const { nextChange, said } = indexing(journal, index.writer);
  await nextChange();
  await until(async () => (await idsIn(index)).length === 1);
  const told = nextChange();
  await journal.append(denial(2));
  await journal.append(outcome(2));
  await told;
  await until(async () => valueOf(await index.index.find('x2'))?.exchange.outcome !== undefined);
  expect(await idsIn(index)).toEqual(['x1', 'x2']);
  expect(said).toEqual([]);
});

it('catches up when the index can be written again, and says once that it could not', async () => {
  const journal = await journalIn(temporaryDirectory());
  const index = await indexIn(temporaryDirectory());
  let isDown = true;
  let tried = 0;
  const failing: ExchangeIndexWriter = {
    ...index.writer,
    add: (...piece) => {
      tried += 1;
      return isDown ? Promise.resolve(fail({ code: 'store_unavailable', detail: 'down' })) : index.writer.add(...piece);
    },
  };
  const { said, nextChange } = indexing(journal, failing);
  await journal.append(denial(1));
  await until(() => tried >= 2);
  expect(said).toEqual(['The index cannot be written: it catches up later']);
  const told = nextChange();
  isDown = false;
  await told;
  expect(await idsIn(index)).toEqual(['x1']);
});

it('a chain that cannot be read on is told once, and does not keep others from the index', async () => {
  const directory = temporaryDirectory();
  const broken = await journalIn(directory, { writer: 'broken', segmentBytes: 100 });
  await broken.append(denial(1));
  await broken.append(denial(2));
  await broken.close();
  // In one that others follow: no crash leaves that.
  appendFileSync(segmentPaths(broken.directory)[0]!, 'x'.repeat(64));
  const journal = await journalIn(directory, { writer: 'own' });
  await journal.append(denial(3));
  const index = await indexIn(temporaryDirectory());
  const { said } = indexing(journal, index.writer);
  await until(async () => said.length > 0 && (await idsIn(index)).includes('x3'));
  expect(said).toEqual(['What this writer records is not indexed any more']);
  // Up to where it can be read.
  expect(await idsIn(index)).toEqual(['x1', 'x3']);
});

it('is made anew where it holds what is not in the record: files that were put back', async () => {
  const directory = temporaryDirectory();
  const gone = await journalIn(directory, { writer: 'gone' });
  await gone.append(denial(1));
  const [segment] = segmentPaths(gone.directory);
  const then = readFileSync(segment!);
  await gone.append(denial(2));
  await gone.close();
  const journal = await journalIn(directory, { writer: 'own' });
  const index = await indexIn(temporaryDirectory());
  for (const [content, expected] of [
    [undefined, ['x1', 'x2']],
    // Shorter than what is indexed.
    [then, ['x1']],
  ] as const) {
    if (content !== undefined) writeFileSync(segment!, content);
    const { said, stop } = indexing(journal, index.writer);
    await until(async () => (await idsIn(index)).join() === expected.join());
    expect(said).toHaveLength(content === undefined ? 0 : 1);
    await stop();
  }
});
