import type { Command } from 'commander';
import { rebuildIndex } from '../../../app/indexing/rebuild-index.ts';
import { UnreadableSegment } from '../../../recording/reading/read-lines.ts';
import { answer, type CommandContext, give, settingsFor, type Run } from '../../context.ts';
import { EXIT, type ExitCode } from '../../exit-code.ts';
import { localIndex } from '../../local/local-index.ts';
import { progressByWriter } from '../../records/progress.ts';
import { recordDirectories } from '../../../app/records/stores/record-stores.ts';
import { readingMeans } from '../../records/reading-means.ts';

/** `cordon index rebuild` */
export function addIndexCommands(program: Command, run: Run): void {
  program
    .command('index')
    .description('the index of exchanges and sessions')
    .command('rebuild')
    .description('drops the index of exchanges and sessions, and makes it anew from the records of this installation')
    .action(() => run(rebuild));
}

async function rebuild(context: CommandContext): Promise<ExitCode> {
  const loaded = settingsFor(context);
  if (!loaded.ok) return loaded.failure;
  const { settings } = loaded.value;
  const keys = await readingMeans(settings, undefined);
  if (!keys.ok) return give(context, EXIT.failed, keys.failure);
  const opened = await localIndex(settings);
  if (!opened.ok) return give(context, EXIT.failed, opened.failure);
  await using index = opened.value;
  try {
    const rebuilt = await rebuildIndex({
      directories: recordDirectories(settings),
      index: index.writer,
      wrapping: keys.value.wrapping,
      onProgress: progressByWriter(context),
    });
    if (!rebuilt.ok) return give(context, EXIT.failed, rebuilt.failure.detail);
    const counted = await index.writer.count();
    if (!counted.ok) return give(context, EXIT.failed, counted.failure.detail);
    const [writers, exchanges] = [rebuilt.value, counted.value];
    answer(context, { exchanges, writers }, () => [`indexed ${exchanges} exchanges of ${writers.length} writers`]);
    return EXIT.ok;
  } catch (error) {
    if (error instanceof UnreadableSegment) return give(context, EXIT.failed, error.message);
    throw error;
  }
}
