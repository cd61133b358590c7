import type { SessionId } from '../../core/ids.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Bytes } from '../../core/units.ts';
import { ExchangeJoin, type JoinedExchange } from '../export/joined-exchange.ts';
import { type Blocks, mergedRecords } from '../reading/merged-records.ts';
import { wantedRecords } from '../reading/record-filter.ts';

/** Most exchanges of a session that are kept at once. */
const MOST_EXCHANGES = 65_536;
/** Most content of their answers, sealed. */
const MOST_CONTENT: Bytes = 256 * 1024 * 1024;

/**
 * The exchanges of one session as they were decided one after the other, each with the content of its answer, still sealed.
 * @failure a sentence: the session is larger than is kept at once
 * @throws UnreadableSegment
 */
export async function sessionExchanges(
  writers: Iterable<Blocks>,
  session: SessionId,
): Promise<Result<readonly JoinedExchange[], string>> {
  const isWanted = wantedRecords({ sessions: new Set([session]), wholeExchanges: true });
  // Neither bound is reached: whoever has more is refused below.
  const join = new ExchangeJoin({ open: MOST_EXCHANGES + 1, content: MOST_CONTENT });
  const exchanges: JoinedExchange[] = [];
  let decided = 0;
  let content: Bytes = 0;
  for await (const records of mergedRecords(writers)) {
    for (const { record } of records) {
      if (!isWanted(record)) continue;
      if (record.kind === 'decision') {
        decided += 1;
        join.decide(record);
      } else if (record.kind === 'content' && record.part === 'response') {
        content += record.sealed.length;
        join.keep(record);
      } else if (record.kind === 'outcome') {
        const ended = join.end(record);
        if (ended !== undefined) exchanges.push(ended);
      }
      if (decided > MOST_EXCHANGES) return tooLarge(session, `${MOST_EXCHANGES} decisions`);
      if (content > MOST_CONTENT) return tooLarge(session, `${MOST_CONTENT} bytes of sealed content`);
    }
  }
  return ok([...exchanges, ...join.rest()].toSorted(byDecision));
}

function byDecision({ first: a }: JoinedExchange, { first: b }: JoinedExchange): number {
  if (a.writer === b.writer) return a.seq - b.seq;
  return a.time < b.time ? -1 : Number(a.time > b.time);
}

function tooLarge(session: SessionId, most: string): Result<never, string> {
  return fail(`Found a session ${session} that is too large to be replayed, expected at most ${most}`);
}
