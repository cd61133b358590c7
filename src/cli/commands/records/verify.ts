import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { chainsBelow } from '../../../app/records/stores/chains-below.ts';
import { localWriters, writerPlace, writersFile } from '../../../app/records/stores/known-writers.ts';
import { recordStores } from '../../../app/records/stores/record-stores.ts';
import { localAuditKey, localReadingKeys, readingKeysOf } from '../../../app/records/record-keys.ts';
import { chainAnswer } from '../../../app/verifying/chain-answer.ts';
import type { ChainCheck } from '../../../app/verifying/check-chain.ts';
import { checkRecords, type CheckedStore } from '../../../app/verifying/check-records.ts';
import type { Settings } from '../../../config/settings-schema.ts';
import { fail, ok, type Result } from '../../../core/result.ts';
import type { ReadingKeys } from '../../../recording/keys/record-keys.ts';
import { readCheckpoint, type Checkpoint } from '../../../recording/tree/checkpoint.ts';
import { isWriterList, type KnownWriter, readWriterList } from '../../../recording/tree/writer-list.ts';
import { answer, collect, type CommandContext, give, settingsFor, type Run } from '../../context.ts';
import { EXIT, type ExitCode } from '../../exit-code.ts';
import { progressByWriter } from '../../records/progress.ts';
import { readingMeans } from '../../records/reading-means.ts';
import { shownText } from '../../shown-text.ts';

interface VerifyOptions {
  readonly key?: string;
  readonly checkpoint?: readonly string[];
  readonly writeKey?: string;
}

/** `cordon verify` */
export function addVerifyCommand(program: Command, run: Run): void {
  program
    .command('verify')
    .description('whether the record is complete and unchanged; needs no gateway, and a copy of its files will do')
    .argument('[dir]', 'a directory of records, or that of one writer (default: those of this installation)')
    .option('--key <file>', 'what opens them and verifies signatures (default: the keys of this installation)')
    .option(
      '--checkpoint <file>',
      'one that was kept elsewhere, or a list of writers: shows that no end, and no writer, is missing; repeatable',
      collect,
    )
    .option('--write-key <file>', 'writes what an auditor needs as --key: it opens everything, and can sign nothing')
    .action((directory: string | undefined, options: VerifyOptions) => run((context) => verify(context, directory, options)));
}

async function verify(context: CommandContext, given: string | undefined, options: VerifyOptions): Promise<ExitCode> {
  const loaded = settingsFor(context);
  if (!loaded.ok) return loaded.failure;
  const { settings } = loaded.value;
  const { cwd } = context.terminal;
  const only = given === undefined ? undefined : resolve(cwd, given);
  if (options.writeKey !== undefined) return await writeKey(context, settings, resolve(cwd, options.writeKey), only);
  const keys = await readingMeans(settings, options.key === undefined ? undefined : resolve(cwd, options.key));
  if (!keys.ok) return give(context, EXIT.usage, keys.failure);
  const kept = readKept(
    (options.checkpoint ?? []).map((file) => resolve(cwd, file)),
    keys.value,
  );
  if (!kept.ok) return give(context, EXIT.usage, kept.failure);
  const stores = await storesOf(settings, only, options.key === undefined ? undefined : keys.value);
  try {
    const list = options.key === undefined ? await localWriters(settings, keys.value.verifiers) : undefined;
    if (typeof list === 'string') return give(context, EXIT.negative, `${writersFile(settings)}: ${list}`);
    const known = only === undefined ? [...(list?.writers ?? []), ...kept.value.known] : about(kept.value.known, stores);
    return await verifyAll(context, stores, { keys: keys.value, kept: kept.value.checkpoints, known });
  } catch (error) {
    const names = stores.map(({ directory }) => directory).join(', ');
    return give(context, EXIT.usage, `${names} cannot be read: ${(error as Error).message}`);
  }
}

/**
 * What is verified: the stores of this installation, or the directory that was named. Each with its own keys where these are at
 * hand, so that nothing of one passes in another; with those that were given otherwise.
 */
async function storesOf(
  settings: Settings,
  only: string | undefined,
  given: ReadingKeys | undefined,
): Promise<readonly CheckedStore[]> {
  const own = recordStores(settings).filter(({ directory }) => only === undefined || directory === only);
  if (own.length === 0) return [{ directory: only!, keys: given ?? (await localReadingKeys(settings)) }];
  return await Promise.all(
    own.map(async (store) => ({ ...writerPlace(store), keys: given ?? (await readingKeysOf(settings, store)) })),
  );
}

/** Of a list of all writers what a copy of some of them can be held to: those of stores that it has some of, or the one that it is. */
function about(known: readonly KnownWriter[], stores: readonly CheckedStore[]): readonly KnownWriter[] {
  const there = new Set(chainsBelow(stores.map(({ directory }) => directory)).map((path) => basename(path)));
  if (stores.some(({ directory }) => there.has(basename(directory)))) return known.filter(({ writer }) => there.has(writer));
  const some = new Set(known.filter(({ writer }) => there.has(writer)).map(({ store }) => store));
  return known.filter(({ store }) => some.size === 0 || some.has(store));
}

interface Means {
  readonly keys: ReadingKeys;
  /** Checkpoints that were kept elsewhere, of any writer. */
  readonly kept: readonly Checkpoint[];
  readonly known: readonly KnownWriter[];
}

async function verifyAll(context: CommandContext, stores: readonly CheckedStore[], means: Means): Promise<ExitCode> {
  const all: ChainCheck[] = [];
  const { known, kept } = means;
  for await (const check of checkRecords(stores, { known, kept, onProgress: progressByWriter(context) })) all.push(check);
  const missing = kept.find(({ writer }) => !all.some((check) => check.writer === writer));
  if (missing !== undefined)
    return give(context, EXIT.negative, `Found no records of "${missing.writer}", expected those of a checkpoint`);
  if (all.length === 0) return give(context, EXIT.usage, 'Found no records');
  const isSigned = means.keys.verifiers.length > 0;
  answer(
    context,
    all.map((each) => chainAnswer(each, isSigned)),
    () => all.flatMap((each) => shownAsLines(each, isSigned)),
  );
  if (means.keys.wrapping.length === 0)
    context.terminal.err('cordon: without a key what is sealed was not opened: its hashes were compared alone');
  if (means.keys.verifiers.length === 0)
    context.terminal.err('cordon: without the key that signs, checkpoints could not be told from forged ones');
  return all.every((each) => isShown(each, means)) ? EXIT.ok : EXIT.negative;
}

/** Whether anything speaks for it but itself: records that were opened, or a checkpoint that was kept elsewhere. */
function isShown({ writer, result }: ChainCheck, { kept }: Means): boolean {
  if (!result.ok) return false;
  return result.value.unopened === 0 || kept.some((checkpoint) => checkpoint.writer === writer);
}

/** What was kept elsewhere: checkpoints, and lists of writers. */
interface Kept {
  readonly checkpoints: readonly Checkpoint[];
  readonly known: readonly KnownWriter[];
}

function readKept(files: readonly string[], { verifiers }: ReadingKeys): Result<Kept, string> {
  const checkpoints: Checkpoint[] = [];
  const known: KnownWriter[] = [];
  for (const file of files) {
    let note: string;
    try {
      note = readFileSync(file, 'utf8');
    } catch (error) {
      return fail(`${file} cannot be read: ${(error as Error).message}`);
    }
    const read = isWriterList(note) ? readWriterList(note, verifiers) : readCheckpoint(note, verifiers);
    if (typeof read === 'string') return fail(`${file}: ${read}`);
    if ('writers' in read) known.push(...read.writers);
    else checkpoints.push(read);
  }
  return ok({ checkpoints, known });
}

function shownAsLines({ writer, result, checkpoints }: ChainCheck, isSigned: boolean): string[] {
  if (!result.ok) {
    const { segment, record, seq, reason } = result.failure;
    const where = record === undefined ? segment : `${segment}, record ${record} (sequence number ${seq})`;
    return [`${writer}: broken at ${where}: ${shownText(reason)}`];
  }
  const { records, segments, gaps, removed, unopened } = result.value;
  const state = unopened === 0 ? 'whole' : `not opened (${unopened} segments), hashes agree`;
  const old = removed === 0 ? '' : `, ${removed} older ones removed`;
  const lost = gaps === 0 ? '' : `, ${gaps} of them tell of gaps`;
  const word = isSigned ? 'signed' : 'signature not verified:';
  const signed = checkpoints.map(({ time, records: until }) => `  ${word} ${time}, up to record ${until}`);
  return [`${writer}: ${state}, ${records} records in ${segments} segments${old}${lost}`, ...signed];
}

/** @param only the directory of one store */
async function writeKey(
  context: CommandContext,
  settings: Settings,
  file: string,
  only: string | undefined,
): Promise<ExitCode> {
  const text = await localAuditKey(settings, only);
  if (text === undefined)
    return give(context, EXIT.failed, `Found no keys in ${settings.data.directory}, expected those of a gateway that ran`);
  try {
    await writeFile(file, text, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    return give(context, EXIT.failed, `${file} cannot be written: ${(error as Error).message}`);
  }
  answer(context, { file }, () => [
    `wrote ${file}: whoever has it can read ${only === undefined ? 'the whole record' : `the record in ${only}`}`,
  ]);
  return EXIT.ok;
}
