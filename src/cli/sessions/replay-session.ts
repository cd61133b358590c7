import { once } from 'node:events';
import { resolve } from 'node:path';
import { contentReader } from '../../app/records/content-keys.ts';
import { chainsBelow } from '../../app/records/stores/chains-below.ts';
import { recordDirectories } from '../../app/records/stores/record-stores.ts';
import { openReplay } from '../../app/replaying/open-replay.ts';
import type { ReplayEvents } from '../../app/replaying/replay-handler.ts';
import type { Settings } from '../../config/settings-schema.ts';
import type { SessionId } from '../../core/ids.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { ExportTally } from '../../recording/export/export-text.ts';
import type { JoinedExchange } from '../../recording/export/joined-exchange.ts';
import type { ReadingKeys } from '../../recording/keys/record-keys.ts';
import { readLines, UnreadableSegment } from '../../recording/reading/read-lines.ts';
import { RecordedAnswers } from '../../recording/replay/recorded-answers.ts';
import { sessionExchanges } from '../../recording/replay/session-exchanges.ts';
import { openCa } from '../commands/ca.ts';
import { answer, type CommandContext, give, settingsFor } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { exportOnRecord } from '../local/export-on-record.ts';
import { openLocalStore } from '../local/local-store.ts';
import { readingMeans } from '../records/reading-means.ts';
import { shownText } from '../shown-text.ts';
import { interruption } from '../watch/interruption.ts';

export interface ReplayOptions {
  readonly serve: string;
  readonly repeatLast?: boolean;
  readonly pace?: boolean;
  readonly key?: string;
}

/** `cordon sessions replay`: until it is interrupted. Exits 1 where something was asked for that it had no answer to. */
export async function replaySession(context: CommandContext, session: string, options: ReplayOptions): Promise<ExitCode> {
  const port = parsePort(options.serve);
  if (!port.ok) return give(context, EXIT.usage, port.failure);
  const loaded = settingsFor(context);
  if (!loaded.ok) return loaded.failure;
  const { settings } = loaded.value;
  const key = options.key === undefined ? undefined : resolve(context.terminal.cwd, options.key);
  const keys = await readingMeans(settings, key);
  if (!keys.ok) return give(context, EXIT.usage, keys.failure);
  const details = { format: 'replay', content: 'masked', sessions: [session] };
  return await exportOnRecord(context, settings, details, async (tally) => {
    const exchanges = await readSession(settings, keys.value, session as SessionId);
    if (!exchanges.ok) return give(context, EXIT.failed, exchanges.failure);
    const answers = new RecordedAnswers(exchanges.value, { repeatLast: options.repeatLast === true });
    if (answers.size === 0) {
      const shown = shownText(session);
      return give(
        context,
        EXIT.negative,
        `Found no exchanges of "${shown}": cordon sessions list shows the sessions there are`,
      );
    }
    const pace = options.pace === true ? 'recorded' : 'at-once';
    return await serve(context, { settings, keys: keys.value, answers, session, port: port.value, pace }, tally);
  });
}

interface Served {
  readonly settings: Settings;
  readonly keys: ReadingKeys;
  readonly answers: RecordedAnswers;
  readonly session: string;
  readonly port: number;
  readonly pace: 'at-once' | 'recorded';
}

async function serve(context: CommandContext, served: Served, tally: ExportTally): Promise<ExitCode> {
  const { settings, keys, answers, session, port, pace } = served;
  using interrupted = interruption();
  const store = await openLocalStore(settings);
  if (!store.ok) return give(context, EXIT.failed, store.failure);
  await using database = store.value;
  const ca = await openCa(settings);
  if (!ca.ok) return give(context, EXIT.failed, ca.failure);
  let missed = 0;
  const on: ReplayEvents = {
    answered(hasContent) {
      tally.items += 1;
      if (hasContent) tally.withContent += 1;
    },
    missed(sentence) {
      missed += 1;
      context.terminal.err(`cordon: no answer: ${shownText(sentence)}`);
    },
  };
  const reader = () => contentReader(database.db, keys);
  const opened = await openReplay(port, { answers, reader, ca: ca.value, pace, on });
  if (!opened.ok) return give(context, EXIT.usage, `--serve: ${opened.failure}`);
  await using listener = opened.value;
  const proxy = `http://${listener.address.host}:${listener.address.port}`;
  const { certificateFile } = ca.value;
  answer(context, { session, proxy, ca: certificateFile, exchanges: answers.size }, () => [
    `${proxy} answers as session ${shownText(session)} was answered, ${answers.size} exchanges; nothing is sent`,
    `HTTPS_PROXY and HTTP_PROXY lead to it; the agent trusts ${certificateFile}, as it does the gateway`,
  ]);
  if (!interrupted.signal.aborted) await once(interrupted.signal, 'abort');
  const { length } = answers.left;
  context.terminal.err(`cordon: ${tally.items} answered, ${missed} without an answer, ${length} recorded ones not asked for`);
  return missed === 0 ? EXIT.ok : EXIT.negative;
}

async function readSession(
  settings: Settings,
  { wrapping }: ReadingKeys,
  session: SessionId,
): Promise<Result<readonly JoinedExchange[], string>> {
  const directories = recordDirectories(settings);
  try {
    const writers = chainsBelow(directories).map((writer) => readLines(writer, wrapping));
    return await sessionExchanges(writers, session);
  } catch (error) {
    if (error instanceof UnreadableSegment) return fail(error.message);
    return fail(`${directories.join(', ')} cannot be read: ${(error as Error).message}`);
  }
}

/** @failure a sentence */
function parsePort(text: string): Result<number, string> {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  return port <= 65_535 ? ok(port) : fail(`--serve: Found "${text}", expected a port from 0 (any that is free) to 65535`);
}
