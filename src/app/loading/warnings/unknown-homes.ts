import type { Settings } from '../../../config/settings-schema.ts';
import type { CompiledPolicy } from '../../../policy/model.ts';
import { didYouMean } from '../../../policy/text/nearest.ts';

/**
 * A sentence for each home of `recordings.retention.homes` that no agent of the policy has. It stops nothing: agents that are gone
 * have left records that are kept by it.
 */
export function unknownHomes(
  { recordings }: Pick<Settings, 'recordings'>,
  { agents }: Pick<CompiledPolicy, 'agents'>,
): readonly string[] {
  const homes = [...new Set(agents.map(({ attributes }) => attributes.home.label))].sort();
  return (recordings.writtenHomes ?? [])
    .filter(({ home }) => !homes.includes(home))
    .map(({ home, path, where }) => {
      const hint = didYouMean(home, homes);
      const expected = homes.length === 0 ? 'there are no agents' : `expected ${homes.join(' or ')}`;
      const found = `Found "${home}", where no agent of the policy is at home, ${expected}`;
      return `${where}: ${path}: ${found}${hint === undefined ? '' : ` (${hint})`}`;
    });
}
