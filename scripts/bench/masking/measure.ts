import { median } from '../bench.ts';

/** Something to be timed. */
export interface Subject {
  readonly row: string;
  /** Least MB/s, or most µs; absent where the row is there for comparison. */
  readonly goal?: number;
  readonly unit: 'MB/s' | 'µs per event';
  /** Does it once. @returns bytes, or events, that were dealt with */
  readonly run: () => number;
}

/** What came of it: medians. */
export interface Timing {
  readonly row: string;
  readonly unit: Subject['unit'];
  readonly figure: number;
  readonly goal: number | undefined;
}

/** CPU seconds of the whole process, the threads of the collector and the compiler included. */
function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function once({ run, unit }: Subject, seconds: number): number {
  const start = cpuSeconds();
  let amount = 0;
  let used = 0;
  do {
    amount += run();
    used = cpuSeconds() - start;
  } while (used < seconds);
  return unit === 'MB/s' ? amount / 1e6 / used : (used * 1e6) / amount;
}

/**
 * Times all subjects in turns, round after round. CPU time is what counts, so that work beside it on the same machine matters
 * less; what compiles gets one round that does not count.
 *
 * @param seconds CPU time of one subject in one round, at least
 */
export function measure(
  subjects: readonly Subject[],
  { rounds, seconds }: { readonly rounds: number; readonly seconds: number },
): Timing[] {
  const figures = subjects.map((): number[] => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [i, subject] of subjects.entries()) {
      const figure = once(subject, seconds);
      if (round > 0) figures[i]!.push(figure);
    }
  }
  return subjects.map(({ row, unit, goal }, i) => ({ row, unit, goal, figure: median(figures[i]!) }));
}

/** Whether a goal is reached; undefined where there is none. */
export function isMet({ unit, figure, goal }: Timing): boolean | undefined {
  if (goal === undefined) return undefined;
  return unit === 'MB/s' ? figure >= goal : figure <= goal;
}
