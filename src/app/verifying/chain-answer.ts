import type { ChainAnswer } from '../../admin/contract/audit.ts';
import type { ChainCheck } from './check-chain.ts';

/**
 * What was found, as programs get it.
 * @param isSigned whether the key that verifies signatures was at hand
 */
export function chainAnswer({ writer, result, checkpoints }: ChainCheck, isSigned: boolean): ChainAnswer {
  const signed = checkpoints.map(({ size, records, time }) => ({ size, records, time, verified: isSigned }));
  if (!result.ok) return { writer, state: 'broken', ...result.failure, checkpoints: signed };
  const { records, segments, gaps, tree, unopened, removed } = result.value;
  const root = Buffer.from(tree.root()).toString('base64');
  return {
    writer,
    state: unopened === 0 ? 'whole' : 'unopened',
    records,
    segments,
    gaps,
    unopened,
    removed,
    tree: { size: tree.size, root },
    checkpoints: signed,
  };
}
