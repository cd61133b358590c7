import { chainsBelow } from '../../app/records/stores/chains-below.ts';
import { recordDirectories } from '../../app/records/stores/record-stores.ts';
import type { Settings } from '../../config/settings-schema.ts';
import type { Record as RecordOf } from '../../core/exchange/record.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { instantText } from '../../core/time-text.ts';
import type { Instant } from '../../core/units.ts';
import type { CompiledPolicy } from '../../policy/model.ts';
import { SeenTraffic } from '../../policy/suggestion/seen-traffic.ts';
import { mergedRecords } from '../../recording/reading/merged-records.ts';
import { readLines } from '../../recording/reading/read-lines.ts';
import { segmentsSince } from '../../recording/reading/segments-since.ts';
import { readingMeans } from './reading-means.ts';

/**
 * What the record of this installation shows that agents were refused, or would be where they are observed.
 * @param isWanted of which records; default all of them
 * @failure a sentence for the operator
 */
export async function readSeen(
  settings: Settings,
  since: Instant,
  isWanted: (record: RecordOf) => boolean = () => true,
): Promise<Result<SeenTraffic, string>> {
  const keys = await readingMeans(settings, undefined);
  if (!keys.ok) return keys;
  const earliest = instantText(since);
  const directories = recordDirectories(settings);
  const seen = new SeenTraffic();
  try {
    const writers = chainsBelow(directories).map((writer) => {
      const [segment] = segmentsSince(writer, earliest);
      return readLines(writer, keys.value.wrapping, segment === undefined ? {} : { segment });
    });
    for await (const records of mergedRecords(writers)) {
      for (const { record } of records) if (record.time >= earliest && isWanted(record)) seen.take(record);
    }
    return ok(seen);
  } catch (error) {
    return fail(`${directories.join(', ')} cannot be read: ${(error as Error).message}`);
  }
}

/** All ids of a policy: what is suggested beside it takes others. */
export function idsOf({
  agents,
  destinations,
  rules,
  credentials,
  entities,
  jurisdictions,
}: CompiledPolicy): ReadonlySet<string> {
  return new Set<string>([
    ...agents.map(({ attributes }) => attributes.agent),
    ...[...destinations, ...rules, ...credentials, ...entities].map(({ id }) => id),
    ...jurisdictions.keys(),
  ]);
}
