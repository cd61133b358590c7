import type { Bytes } from '../../core/units.ts';
import { type Blocks, mergedRecords, type ReadRecord } from '../reading/merged-records.ts';
import type { ContentReader } from '../reading/read-content.ts';
import { wantedRecords, type RecordFilter } from '../reading/record-filter.ts';
import { csvHead, csvRow } from './csv.ts';
import { HAR_TAIL, harEntry, harHead } from './har.ts';
import { harBodies } from './har-bodies.ts';
import { ExchangeJoin, type JoinedExchange } from './joined-exchange.ts';
import { ocsfEvent } from './ocsf.ts';

export const EXPORT_FORMATS = ['jsonl', 'csv', 'har', 'ocsf'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportOptions {
  readonly format: ExportFormat;
  readonly filter: RecordFilter;
  /** Most exchanges that are open at once; see {@link ExchangeJoin}. */
  readonly open?: number;
  /** Opens recorded content for HAR. Absent where its keys are not at hand. */
  readonly reader?: Pick<ContentReader, 'open'> | undefined;
}

/** How much was exported so far. */
export interface ExportTally {
  /** Records, or exchanges where the format has one row for each. */
  items: number;
  /** Exchanges given without their outcome, because too many were open at once. */
  cut: number;
  /** Exchanges given with content. */
  withContent: number;
}

export function emptyTally(): ExportTally {
  return { items: 0, cut: 0, withContent: 0 };
}

/** What the record says of an export that has ended. */
export function exportCounts({ items, withContent }: ExportTally): { readonly count: number; readonly contents?: number } {
  return { count: items, ...(withContent > 0 && { contents: withContent }) };
}

/** Sealed content that waits for the end of its exchange; beyond, that of the oldest is left out, and its entry says so. */
const MOST_CONTENT: Bytes = 64 * 1024 * 1024;

/**
 * Records of all writers for other tools, by time, in pieces as they are read: no more than open exchanges are kept in memory.
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
  const isWanted = wantedRecords(filter);
  for await (const records of mergedRecords(writers)) {
    const wanted = records.filter(({ record }) => isWanted(record)).map(({ line }) => line.toString('latin1'));
    tally.items += wanted.length;
    if (wanted.length > 0) yield `${wanted.join('\n')}\n`;
  }
}

async function* exportExchanges(writers: Iterable<Blocks>, options: ExportOptions, tally: ExportTally): AsyncGenerator<string> {
  const { format, filter, open } = options;
  const isHar = format === 'har';
  const join = new ExchangeJoin({ open, content: isHar ? MOST_CONTENT : 0 });
  const isWanted = wantedRecords({ ...filter, wholeExchanges: true });
  if (format !== 'ocsf') yield isHar ? harHead() : csvHead();
  for await (const records of mergedRecords(writers)) {
    let texts = '';
    for (const { record } of records) {
      const exchange = isWanted(record) ? joined(join, record) : undefined;
      if (exchange !== undefined) texts += await textOf(exchange, options, tally);
    }
    if (texts !== '') yield texts;
  }
  for (const exchange of join.rest()) yield await textOf(exchange, options, tally);
  tally.cut += join.cut;
  if (isHar) yield `\n${HAR_TAIL}`;
}

async function textOf(exchange: JoinedExchange, { format, reader }: ExportOptions, tally: ExportTally): Promise<string> {
  tally.items += 1;
  if (format === 'csv') return csvRow(exchange);
  if (format === 'ocsf') return `${ocsfEvent(exchange)}\n`;
  const bodies = await harBodies(exchange, reader);
  if (bodies.request !== undefined || bodies.response !== undefined) tally.withContent += 1;
  return `${tally.items === 1 ? '\n' : ',\n'}${harEntry(exchange, bodies)}`;
}

function joined(join: ExchangeJoin, record: ReadRecord['record']): JoinedExchange | undefined {
  if (record.kind === 'decision') return join.decide(record);
  if (record.kind === 'content') join.keep(record);
  return record.kind === 'outcome' ? join.end(record) : undefined;
}
