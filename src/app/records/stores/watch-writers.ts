import { rename, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { Clock, Random } from '../../../core/ports.ts';
import { instantText } from '../../../core/time-text.ts';
import type { Instant, Milliseconds } from '../../../core/units.ts';
import { ownCheckpoint } from '../../../recording/chain/checkpoint-file.ts';
import { tryLock } from '../../../recording/chain/writer-claim.ts';
import { type KnownWriter, signWriterList, type WriterList } from '../../../recording/tree/writer-list.ts';
import type { Log } from '../../../telemetry/log.ts';
import { localReadingKeys, readingKeysOf, recordKeys } from '../record-keys.ts';
import { chainsBelow } from './chains-below.ts';
import { localWriters, lostWriters, writerPlace, writersFile } from './known-writers.ts';
import { recordStores, type RecordSettings } from './record-stores.ts';

export interface WriterWatchParts {
  readonly settings: RecordSettings;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Pick<Log, 'warn' | 'error'>;
}

/** How often it is looked whether there are other writers. */
const INTERVAL: Milliseconds = 60_000;
/** How old the sizes in the list become. */
const SIZES_AGE: Milliseconds = 3_600_000;

/**
 * Keeps the list of the writers that there are, beside the records and signed; first says which of those that were are gone. None is
 * ever taken off the list: what was lost stays lost, until it is put back.
 */
export function watchWriters(parts: WriterWatchParts): Disposable {
  const { log } = parts;
  let writtenAt: Instant | undefined;
  let running = Promise.resolve();
  const look = (isFirst = false): void => {
    running = running.then(async () => {
      try {
        writtenAt = await noteWriters({ ...parts, writtenAt, isFirst });
      } catch (error) {
        log.error({ detail: String(error) }, 'The list of writers of the record cannot be kept');
      }
    });
  };
  look(true);
  const timer = setInterval(() => look(), INTERVAL);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** @returns when the list was written last, by this process */
async function noteWriters(
  parts: WriterWatchParts & { readonly writtenAt: Instant | undefined; readonly isFirst: boolean },
): Promise<Instant | undefined> {
  const { settings, clock, random, log, writtenAt, isFirst } = parts;
  // One process at a time reads, adds and writes: what another adds meanwhile must not be lost.
  using lock = tryLock(`${writersFile(settings)}.lock`);
  if (lock === undefined) return writtenAt;
  const { verifiers } = await localReadingKeys(settings);
  const before = await localWriters(settings, verifiers);
  if (typeof before === 'string') {
    // Written anew it would say that what it said was never so.
    if (isFirst)
      log.warn({ file: writersFile(settings), detail: before }, 'The list of writers of the record is not to be trusted');
    return writtenAt;
  }
  const known = before?.writers ?? [];
  if (isFirst) warnOfLost(known, parts);
  const now = clock.now();
  const found = await writersThere(settings);
  const isNew = found.some(({ writer }) => !known.some((each) => each.writer === writer));
  if (!isNew && writtenAt !== undefined && now - writtenAt < SIZES_AGE) return writtenAt;
  const store = recordStores(settings).find(({ isDefault }) => isDefault)!;
  const { signer } = await recordKeys(settings, store, random);
  await replace(writersFile(settings), signWriterList(signer, { time: instantText(now), writers: merged(known, found) }));
  return now;
}

function warnOfLost(known: WriterList['writers'], { settings, log }: WriterWatchParts): void {
  for (const { writer, reason: detail } of lostWriters(known, recordStores(settings).map(writerPlace)))
    log.warn({ writer, detail }, 'A writer of the record is not where it was: cordon verify says more');
}

/** As far as checkpoints of each store tell how long its chains are. */
async function writersThere(settings: RecordSettings): Promise<readonly KnownWriter[]> {
  const found: KnownWriter[] = [];
  for (const store of recordStores(settings).filter(({ directory }) => existsSync(directory))) {
    const { verifiers } = await readingKeysOf(settings, store);
    for (const directory of chainsBelow([store.directory])) {
      const writer = basename(directory);
      const checkpoint = ownCheckpoint(directory, writer, verifiers);
      // One that is not to be trusted is named by whoever verifies; nothing is known by it.
      if (typeof checkpoint === 'string') continue;
      found.push({ store: store.keys.signing, writer, size: checkpoint?.size ?? 0 });
    }
  }
  return found;
}

/** All of both, each as long as it ever was; what was known in one store and is found in another stays known in the first. */
function merged(known: readonly KnownWriter[], found: readonly KnownWriter[]): readonly KnownWriter[] {
  const all = new Map(known.map((each) => [each.writer, each]));
  for (const each of found) {
    const before = all.get(each.writer);
    if (before === undefined) all.set(each.writer, each);
    else if (before.store === each.store) all.set(each.writer, { ...each, size: Math.max(before.size, each.size) });
  }
  return [...all.values()];
}

async function replace(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text, { mode: 0o600, flush: true });
  await rename(`${file}.new`, file);
}
