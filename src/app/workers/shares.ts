import { availableParallelism } from 'node:os';
import type { Settings } from '../../config/settings-schema.ts';
import type { Clock } from '../../core/ports.ts';
import { AttemptLimiter } from '../../identity/attempt-limiter.ts';
import { DEFAULT_BUDGET, LookupBudget } from '../../pipeline/lookup-budget.ts';
import type { Counting } from './counting.ts';

/** Bad credentials that one source may present at once to a gateway. */
const BURST = 60;

/** How many workers `workers` asks for: as many as there are cores, or so many. */
export function workerCount({ workers }: Pick<Settings, 'workers'>): number {
  return workers === 'auto' ? availableParallelism() : workers;
}

/**
 * The settings of one worker: of what bounds the whole gateway, its share. Connections go to the workers in turn, so that equal
 * shares are fair ones.
 */
export function settingsOfWorker(settings: Settings): Settings {
  const workers = workerCount(settings);
  const { limits } = settings;
  return {
    ...settings,
    limits: { ...limits, connections: shareOf(limits.connections, workers), spool: shareOf(limits.spool, workers) },
  };
}

/** What a worker counts by itself: its share of what the gateway lets pass. */
export function countedByShare(settings: Settings, clock: Clock): Pick<Counting, 'attempts' | 'lookups'> {
  const workers = workerCount(settings);
  return {
    attempts: new AttemptLimiter({ clock, burst: shareOf(BURST, workers) }),
    lookups: new LookupBudget({ ...DEFAULT_BUDGET, names: shareOf(DEFAULT_BUDGET.names, workers) }, clock),
  };
}

function shareOf(whole: number, workers: number): number {
  return Math.max(1, Math.floor(whole / workers));
}
