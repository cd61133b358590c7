import type { ReadingKeys } from '../../recording/keys/record-keys.ts';
import type { Report } from '../../reporting/report.ts';
import { chainsBelow } from '../records/stores/chains-below.ts';
import { checkChain } from '../verifying/check-chain.ts';

export type ChainState = Report['chains'][number];

/** Whether the chain of every writer in these directories is whole. Rejects with what the operating system reports. */
export async function chainStates(directories: readonly string[], keys: ReadingKeys): Promise<readonly ChainState[]> {
  const states: ChainState[] = [];
  for (const writer of chainsBelow(directories)) states.push(await chainState(writer, keys));
  return states;
}

async function chainState(directory: string, keys: ReadingKeys): Promise<ChainState> {
  const { writer, result, checkpoints } = await checkChain(directory, { keys });
  const [own] = checkpoints;
  const signed = own === undefined ? {} : { checkpoint: { time: own.time, records: own.records } };
  if (result.ok) return { writer, state: 'whole', records: result.value.records, segments: result.value.segments, ...signed };
  const { segment, record, seq, reason } = result.failure;
  const where = record === undefined ? '' : `${segment}, record ${record} (sequence number ${seq}): `;
  return { writer, state: 'broken', reason: `${where}${reason}`, ...signed };
}
