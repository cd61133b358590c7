import type { Decision, DecisionRequest } from '../../core/exchange/decision.ts';
import type { DenialCode } from '../../core/codes.ts';
import type { Record as RecordOf } from '../../core/exchange/record.ts';
import { instantText } from '../../core/time-text.ts';
import type { Instant } from '../../core/units.ts';
import type { GeoTables } from '../../destination/geo-tables.ts';
import { unspokenProtocol } from '../../pipeline/judging/authorize.ts';
import { undischarged } from '../../pipeline/judging/discharge.ts';
import type { CompiledPolicy } from '../../policy/model.ts';
import { Simulation } from '../../policy/simulation/simulation.ts';
import type { SimulationResult } from '../../policy/simulation/simulation-result.ts';
import { prepare } from '../../policy/target-index.ts';
import { contentByHead } from '../../transform/masking/content-scan.ts';

export interface SimulationParts {
  /** The candidate. */
  readonly policy: CompiledPolicy;
  readonly tables: GeoTables;
  readonly now: Instant;
  /** What was decided before is left out. */
  readonly since?: Instant;
  /** Told after every block of records how many were read so far; answers whether to go on. */
  readonly onBlock?: (records: number) => boolean | Promise<boolean>;
}

/**
 * What would change under a candidate policy in what these writers recorded. Nothing is sent and nothing is looked up.
 * @param writers the records of each in their order, as `readLines()` gives them
 * @throws UnreadableSegment
 */
export async function simulate(
  writers: Iterable<AsyncIterable<readonly Buffer[]>>,
  { policy, tables, now, since, onBlock }: SimulationParts,
): Promise<SimulationResult> {
  const simulation = new Simulation({
    policy: prepare(policy),
    world: { tables, now, contentByType: (mediaType) => contentByHead([['content-type', mediaType]]) },
    refusedAfter,
  });
  const earliest = since === undefined ? '' : instantText(since);
  let records = 0;
  for (const blocks of writers) {
    for await (const lines of blocks) {
      for (const line of lines) takeLine(line, earliest, simulation);
      records += lines.length;
      if (onBlock !== undefined && !(await onBlock(records))) return simulation.result();
    }
  }
  return simulation.result();
}

const KIND = Buffer.from('"kind":"');
const DECISION = 'd'.charCodeAt(0);
const FOLDED = 'f'.charCodeAt(0);

/** Most records are of other kinds and are not parsed: the first `kind` of a line is that of its record. */
function takeLine(line: Buffer, earliest: string, simulation: Simulation): void {
  const kind = line[line.indexOf(KIND) + KIND.length];
  if (kind !== DECISION && kind !== FOLDED) return;
  const record = JSON.parse(line.toString('latin1')) as RecordOf;
  if (record.time >= earliest) simulation.take(record);
}

/** What the gateway answers although the policy lets it pass. */
function refusedAfter(decision: Decision, request: DecisionRequest): DenialCode | undefined {
  if (undischarged(decision, request.action.kind) !== undefined) return 'obligation_unsupported';
  return unspokenProtocol(request) === undefined ? undefined : 'protocol_not_allowed';
}
