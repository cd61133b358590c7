import type { Record as RecordOf } from '../../core/exchange/record.ts';
import { wantedRecords, type RecordFilter } from '../reading/record-filter.ts';
import { csvHead, csvRow } from './csv.ts';
import { HAR_TAIL, harEntry, harHead } from './har.ts';
import { ExchangeJoin, type JoinedExchange } from './joined-exchange.ts';

export const EXPORT_FORMATS = ['jsonl', 'csv', 'har'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportOptions {
  readonly format: ExportFormat;
  readonly filter: RecordFilter;
  /** Most exchanges of one writer that are open at once; see {@link ExchangeJoin}. */
  readonly open?: number;
}

/** How much was exported so far. */
export interface ExportTally {
  /** Records, or exchanges where the format has one row for each. */
  items: number;
  /** Exchanges given without their outcome, because too many were open at once. */
  cut: number;
}

/** Blocks of the records of one writer, as `readLines()` gives them. */
export type Blocks = AsyncIterable<readonly Buffer[]>;

/**
 * Records for other tools, in pieces as they are read: no more than the open exchanges of one writer are kept in memory.
 * @param tally counts along
 * @throws UnreadableSegment
 */
export async function* exportText(
  writers: Iterable<Blocks>,
  options: ExportOptions,
  tally: ExportTally,
): AsyncGenerator<string> {
  if (options.format === 'jsonl') yield* exportLines(writers, options.filter, tally);
  else yield* exportExchanges(writers, options, tally);
}

async function* exportLines(writers: Iterable<Blocks>, filter: RecordFilter, tally: ExportTally): AsyncGenerator<string> {
  for (const blocks of writers) {
    const isWanted = wantedRecords(filter);
    for await (const lines of blocks) {
      const wanted = lines.map((line) => line.toString('latin1')).filter((line) => isWanted(JSON.parse(line) as RecordOf));
      tally.items += wanted.length;
      if (wanted.length > 0) yield `${wanted.join('\n')}\n`;
    }
  }
}

async function* exportExchanges(
  writers: Iterable<Blocks>,
  { format, filter, open }: ExportOptions,
  tally: ExportTally,
): AsyncGenerator<string> {
  yield format === 'csv' ? csvHead() : harHead();
  const textOf = (exchange: JoinedExchange): string => {
    tally.items += 1;
    if (format === 'csv') return csvRow(exchange);
    return `${tally.items === 1 ? '\n' : ',\n'}${harEntry(exchange)}`;
  };
  for (const blocks of writers) {
    const join = new ExchangeJoin(open);
    const isWanted = wantedRecords({ ...filter, wholeExchanges: true });
    for await (const lines of blocks) {
      const texts = lines.flatMap((line) => {
        const record = JSON.parse(line.toString('latin1')) as RecordOf;
        const exchange = isWanted(record) ? joined(join, record) : undefined;
        return exchange === undefined ? [] : [textOf(exchange)];
      });
      if (texts.length > 0) yield texts.join('');
    }
    for (const exchange of join.rest()) yield textOf(exchange);
    tally.cut += join.cut;
  }
  if (format === 'har') yield `\n${HAR_TAIL}`;
}

function joined(join: ExchangeJoin, record: RecordOf): JoinedExchange | undefined {
  if (record.kind === 'decision') return join.decide(record);
  return record.kind === 'outcome' ? join.end(record) : undefined;
}
