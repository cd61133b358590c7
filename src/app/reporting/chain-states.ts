import type { Report } from '../../reporting/report.ts';
import type { ChainCheck } from '../verifying/check-chain.ts';
import { checkRecords } from '../verifying/check-records.ts';
import { checkedStores, type RecordSource } from './record-source.ts';

export type ChainState = Report['chains'][number];

/** Whether the chain of every writer of these records is there and whole. Rejects with what the operating system reports. */
export async function chainStates(source: RecordSource): Promise<readonly ChainState[]> {
  const states: ChainState[] = [];
  for await (const check of checkRecords(checkedStores(source), { known: source.known })) states.push(chainState(check));
  return states;
}

function chainState({ writer, result, checkpoints }: ChainCheck): ChainState {
  const [own] = checkpoints;
  const signed = own === undefined ? {} : { checkpoint: { time: own.time, records: own.records } };
  if (result.ok) return { writer, state: 'whole', records: result.value.records, segments: result.value.segments, ...signed };
  const { segment, record, seq, reason } = result.failure;
  const where = record === undefined ? '' : `${segment}, record ${record} (sequence number ${seq}): `;
  return { writer, state: 'broken', reason: `${where}${reason}`, ...signed };
}
