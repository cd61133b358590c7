import { basename } from 'node:path';
import { ownCheckpoint } from '../../recording/chain/checkpoint-file.ts';
import { verifyChain } from '../../recording/chain/verify-chain.ts';
import type { ReadingKeys } from '../../recording/keys/record-keys.ts';
import type { Report } from '../../reporting/report.ts';
import { writerDirectories } from '../../recording/reading/writer-directories.ts';

export type ChainState = Report['chains'][number];

/** Whether the chain of every writer in a directory is whole. Rejects with what the operating system reports. */
export async function chainStates(directory: string, keys: ReadingKeys): Promise<readonly ChainState[]> {
  const states: ChainState[] = [];
  for (const writer of writerDirectories(directory)) states.push(await chainState(writer, keys));
  return states;
}

async function chainState(directory: string, { wrapping, verifiers }: ReadingKeys): Promise<ChainState> {
  const writer = basename(directory);
  const own = ownCheckpoint(directory, writer, verifiers);
  if (typeof own === 'string') return { writer, state: 'broken', reason: own };
  const signed = own === undefined ? {} : { checkpoint: { time: own.time, records: own.records } };
  const result = await verifyChain(directory, { wrapping, checkpoints: own === undefined ? [] : [own] });
  if (result.ok) return { writer, state: 'whole', records: result.value.records, segments: result.value.segments, ...signed };
  const { segment, record, seq, reason } = result.failure;
  return {
    writer,
    state: 'broken',
    reason: `${segment}, record ${record} (sequence number ${seq}): ${reason}`,
    ...signed,
  };
}
