import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { chainsBelow } from '../../../app/records/stores/chains-below.ts';
import { recordDirectories } from '../../../app/records/stores/record-stores.ts';
import { localAuditKey } from '../../../app/records/record-keys.ts';
import { chainAnswer } from '../../../app/verifying/chain-answer.ts';
import { checkChain, type ChainCheck } from '../../../app/verifying/check-chain.ts';
import type { Settings } from '../../../config/settings-schema.ts';
import { fail, ok, type Result } from '../../../core/result.ts';
import type { ReadingKeys } from '../../../recording/keys/record-keys.ts';
import { readCheckpoint, type Checkpoint } from '../../../recording/tree/checkpoint.ts';
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
    .option('--checkpoint <file>', 'one that was kept elsewhere: shows that no end is missing; repeatable', collect)
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
  const directories = given === undefined ? recordDirectories(settings) : [resolve(cwd, given)];
  try {
    return await verifyAll(context, chainsBelow(directories), { keys: keys.value, kept: kept.value });
  } catch (error) {
    return give(context, EXIT.usage, `${directories.join(', ')} cannot be read: ${(error as Error).message}`);
  }
}

interface Means {
  readonly keys: ReadingKeys;
  /** Checkpoints that were kept elsewhere, of any writer. */
  readonly kept: readonly Checkpoint[];
}

async function verifyAll(context: CommandContext, directories: readonly string[], means: Means): Promise<ExitCode> {
  const missing = means.kept.find(({ writer }) => !directories.some((directory) => basename(directory) === writer));
  if (missing !== undefined)
    return give(context, EXIT.negative, `Found no records of "${missing.writer}", expected those of a checkpoint`);
  if (directories.length === 0) return give(context, EXIT.usage, 'Found no records');
  const all: ChainCheck[] = [];
  for (const directory of directories)
    all.push(await checkChain(directory, { ...means, onProgress: progressByWriter(context) }));
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

function readKept(files: readonly string[], { verifiers }: ReadingKeys): Result<readonly Checkpoint[], string> {
  const kept: Checkpoint[] = [];
  for (const file of files) {
    let note: string;
    try {
      note = readFileSync(file, 'utf8');
    } catch (error) {
      return fail(`${file} cannot be read: ${(error as Error).message}`);
    }
    const checkpoint = readCheckpoint(note, verifiers);
    if (typeof checkpoint === 'string') return fail(`${file}: ${checkpoint}`);
    kept.push(checkpoint);
  }
  return ok(kept);
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
