import type { HealthAnswer, LimitsAnswer, TablesAnswer } from '../../admin/contract.ts';
import type { AgentsAnswer } from '../../admin/contract/agents.ts';
import type { ApprovalSummary } from '../../admin/contract/approvals.ts';
import type { ExchangeSummary } from '../../admin/contract/exchanges.ts';
import { systemClock } from '../../app/system.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Instant, Milliseconds } from '../../core/units.ts';
import type { AdminApi } from '../api/admin-api.ts';
import type { ApiFailure } from '../api/api-failure.ts';
import { Exposition } from './exposition.ts';

/** What the admin API has answered, or why it has not: a store that is down must not hide the rest. */
type Asked<T> = Result<T, ApiFailure>;

interface Listed<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

/** What a gateway says of itself at one moment. */
export interface Observation {
  readonly at: Instant;
  /** Of a clock that nobody sets. */
  readonly clock: Milliseconds;
  readonly metrics: Exposition;
  readonly health: Asked<HealthAnswer>;
  readonly agents: Asked<AgentsAnswer>;
  readonly pending: Asked<Listed<ApprovalSummary>>;
  readonly exchanges: Asked<Listed<ExchangeSummary>>;
  readonly limits: Asked<LimitsAnswer>;
  readonly tables: Asked<TablesAnswer>;
}

/** Exchanges that are older are not looked at. */
export const LOOKED_BACK_SECONDS = 60;
/** As many as the API gives at once. */
const PAGE = 200;

/** Asks for all of it at once. @failure the gateway does not answer, or does not let this person in */
export async function observe(api: AdminApi, signal: AbortSignal): Promise<Result<Observation, ApiFailure>> {
  const get = <T>(path: string): Promise<Asked<T>> => api.get<T>(path, signal);
  const clock = performance.now();
  const [metrics, health, agents, pending, exchanges, limits, tables] = await Promise.all([
    api.text('/metrics', signal),
    get<HealthAnswer>('/v1/health'),
    get<AgentsAnswer>('/v1/agents'),
    get<Listed<ApprovalSummary>>(`/v1/approvals?state=pending&limit=${PAGE}`),
    get<Listed<ExchangeSummary>>(`/v1/exchanges?since=${LOOKED_BACK_SECONDS}s&limit=${PAGE}`),
    get<LimitsAnswer>('/v1/limits'),
    get<TablesAnswer>('/v1/tables'),
  ]);
  if (!metrics.ok) return fail(metrics.failure);
  const answers = { health, agents, pending, exchanges, limits, tables };
  return ok({ at: systemClock.now(), clock, metrics: new Exposition(metrics.value), ...answers });
}
