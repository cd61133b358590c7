import type { AgentProfile, Costs } from './costs.ts';

/** One jurisdiction's cell: what it has to carry at its busiest hour, and what it takes. */
export interface Cell {
  readonly agents: number;
  /** Of all agents at once. */
  readonly requestsPerSecond: number;
  /** Cores that are busy with it. */
  readonly cpu: number;
  /** Processes, each of which one core is for, at {@link TARGET_LOAD}; two at least, so that one may end. */
  readonly processes: number;
  /** Bytes of memory of all processes. */
  readonly memory: number;
  /** Bytes of sealed metadata in a day, the busy share of agents working for ten hours. */
  readonly recordedPerDay: number;
  /** Uploads of segments and checkpoints in a second. */
  readonly putsPerSecond: number;
  readonly postgres: PostgresLoad;
  /** Look-ups in a second that the name servers of the cell answer. */
  readonly lookups: number;
  /** Connections to the busiest origin at once, of which a source address has 28,000 in Linux. */
  readonly portsToOneOrigin: number;
}

/** Statements in a second. */
export interface PostgresLoad {
  /** Verifications of agent tokens: each replica asks once for each token in 30 s. */
  readonly tokens: number;
  /** Commits for holds: inserted, decided on, passed. */
  readonly holds: number;
  /** Rows of the index of exchanges, which are written in batches. */
  readonly indexRows: number;
}

/** As `docs/scale.md` shows, waiting is short up to here. */
export const TARGET_LOAD = 0.6;
/** Segments end at this size, or after an hour. */
const SEGMENT = 64 * 1024 * 1024;
const HOUR = 3600;
const BUSY_HOURS = 10;
/** How long a verified token is remembered (`src/identity/token-cache.ts`), and how many of them. */
const TOKEN_AGE = 30;
/** Names that an agent's rules let it use, and how long an answer lives. */
const NAMES = { each: 20, common: 200, lifetime: 60 };
/** Share of an agent's tunnels that lead to the one origin that most use, as a model's. */
const TO_ONE_ORIGIN = 0.5;

/** Microseconds of CPU for the kinds of requests of such an agent, with their shares. */
export function requestKinds(costs: Costs, profile: AgentProfile): readonly { readonly share: number; readonly cpu: number }[] {
  const gigabytes = profile.bytes / 1e9;
  const kept = costs.request + gigabytes * costs.carrying * 1e6 + profile.contentRecorded * costs.contentRecord;
  const masking = gigabytes * costs.masking * 1e6;
  const dialling = costs.connection - costs.request;
  return [true, false].flatMap((isMasked) =>
    [true, false].map((isFresh) => ({
      share: (isMasked ? profile.masked : 1 - profile.masked) * (isFresh ? profile.fresh : 1 - profile.fresh),
      cpu: kept + (isMasked ? masking : 0) + (isFresh ? dialling : 0),
    })),
  );
}

/** What a cell for so many agents needs. */
export function sizeCell(agents: number, costs: Costs, profile: AgentProfile): Cell {
  const working = agents * profile.busy;
  const requestsPerSecond = (working * profile.requests) / HOUR;
  const each = requestKinds(costs, profile).reduce((sum, { share, cpu }) => sum + share * cpu, 0);
  const cpu = (requestsPerSecond * each) / 1e6;
  const processes = Math.max(2, Math.ceil(cpu / TARGET_LOAD));
  const held = requestsPerSecond * profile.held;
  const recordedPerDay = requestsPerSecond * HOUR * BUSY_HOURS * costs.recorded;
  const names = Math.min(working * NAMES.each, NAMES.common);
  return {
    agents,
    requestsPerSecond,
    cpu,
    processes,
    memory: processes * costs.process + working * profile.tunnels * costs.tunnel + held * profile.wait * costs.held,
    recordedPerDay,
    putsPerSecond: 2 * Math.max(processes / HOUR, (requestsPerSecond * costs.recorded) / SEGMENT),
    postgres: {
      // A balancer spreads the tunnels of an agent over as many replicas as it has tunnels.
      tokens: (working * Math.min(profile.tunnels, processes)) / TOKEN_AGE,
      holds: 3 * held,
      indexRows: requestsPerSecond,
    },
    lookups: (processes * names) / NAMES.lifetime,
    portsToOneOrigin: working * profile.tunnels * TO_ONE_ORIGIN,
  };
}
