import type { FoundExchange } from '../../core/exchange/exchange-index.ts';
import type { WrappingKey } from '../../recording/keys/record-keys.ts';
import { chainOf } from '../records/stores/chains-below.ts';
import { ChainFollower } from '../../recording/reading/chain-follower.ts';

/** A record as it was written, parsed. */
export type WrittenRecord = Readonly<{ [member: string]: unknown }>;

/**
 * The records of an exchange as they were written, in order, without those of its content. Fewer than there were where a segment is not here: removed by
 * retention, or with the writer on another machine.
 * @param directories of all writers
 * @throws UnreadableSegment; what the operating system reports
 */
export async function recordsOfExchange(
  { exchange, spots }: FoundExchange,
  directories: readonly string[],
  wrapping: readonly WrappingKey[],
): Promise<WrittenRecord[]> {
  const follower = new ChainFollower(chainOf(exchange.writer, directories), wrapping);
  const records: WrittenRecord[] = [];
  for (const spot of spots) {
    const block = await follower.blockAt(spot);
    for (const line of block?.lines ?? []) {
      const record = JSON.parse(line.toString('latin1')) as WrittenRecord;
      // Content is asked for by itself: it need not lie in these blocks, and who reads it is on the record.
      if (record['exchange'] === exchange.id && record['kind'] !== 'content') records.push(record);
    }
  }
  return records;
}
