import { type Check, doubtful, failed, good } from './check.ts';
import type { Neighbour } from './neighbour.ts';
import { type Column, type Runtime, RUNTIMES } from './runtimes.ts';
import { type Surroundings, type Tried, tryRuntime } from './try-runtime.ts';

/** A runtime that is installed, and what is wrong with it. */
export interface RuntimeReport extends Tried {
  readonly name: string;
  readonly version: string;
  /** `no`: it went past the gateway toward a server of this machine. */
  readonly keptIn: 'yes' | 'no';
  readonly checks: readonly Check[];
}

const SAYS: Readonly<Record<Column, string>> = {
  proxy: 'does not go through the gateway',
  ca: 'does not trust the CA of the gateway',
  agent: 'shows no token',
  keptIn: 'goes past the gateway to servers of this machine',
};
const MENDS: Readonly<Record<Column, string>> = {
  proxy: 'set the variables of cordon env where it is started',
  ca: 'set the variables of cordon env where it is started, or add the CA to its roots',
  agent: 'give it the user and password of the proxy URL',
  keptIn: 'cordon run leaves it no way past',
};

/** Tries every runtime that is installed, all at once: each is another program. */
export async function checkRuntimes(
  { environment, scratch }: Omit<Surroundings, 'neighbour'>,
  neighbour: Neighbour,
): Promise<readonly RuntimeReport[]> {
  const reports = await Promise.all(
    RUNTIMES.map(async (runtime) => {
      const tried = await tryRuntime(runtime, { environment, scratch, neighbour: neighbour.url(runtime.name) });
      return tried.version === undefined ? [] : [reportOf(runtime, tried, tried.version, neighbour)];
    }),
  );
  return reports.flat();
}

function reportOf(runtime: Runtime, tried: Tried, version: string, neighbour: Neighbour): RuntimeReport {
  const keptIn = neighbour.wasVisitedBy(runtime.name) ? 'no' : 'yes';
  const seen: Readonly<Record<Column, string | undefined>> = { ...tried, keptIn } as never;
  const wrong = (['proxy', 'ca', 'agent', 'keptIn'] as const).filter((column) => seen[column] === 'no');
  const checks = wrong.map((column) => checkOf(runtime, column, column === 'keptIn' ? undefined : tried.said));
  return {
    name: runtime.name,
    ...tried,
    version,
    keptIn,
    checks: checks.length === 0 ? [good(runtime.name, version)] : checks,
  };
}

function checkOf({ name, mends }: Runtime, column: Column, said: string | undefined): Check {
  const found = said === undefined ? SAYS[column] : `${SAYS[column]}: ${said}`;
  const mend = mends[column] ?? MENDS[column];
  // Some never ask a proxy for this machine, whatever they are told: that is no fault of how they are set up.
  return column === 'keptIn' ? doubtful(name, found, mend) : failed(name, found, mend);
}
