import { appendFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Lab } from '../../support/lab.ts';
import { audit, type Leniency } from './audit.ts';
import { KINDS, WELL, type Kind, type Traffic } from './traffic.ts';

/** A row of the table in `docs/faults.md`. */
export interface FaultRow {
  readonly fault: string;
  /** What each kind of request was answered with while it lasted, beside what it always is. */
  readonly seen: Readonly<Partial<Record<Kind, readonly string[]>>>;
  /** Requests that were asked for, fault or no fault. */
  readonly requests: number;
  readonly records: number;
  /** Until everything was answered as before, from when the fault was over; milliseconds. */
  readonly recoveredAfter: number;
}

export interface Fault extends Leniency {
  readonly name: string;
  readonly inflict: () => void | Promise<void>;
  /** Ends it; the gateway is left alone. */
  readonly mend: () => void | Promise<void>;
  /** How long it lasts; 3 s unless given. */
  readonly milliseconds?: number;
  /** Answers that are right meanwhile, beside those of a gateway that has all it needs. */
  readonly mayAnswer?: Readonly<Partial<Record<Kind, readonly string[]>>>;
  /** Answers that have to come at least once: a fault that nobody feels shows nothing. */
  readonly mustAnswer?: Readonly<Partial<Record<Kind, string>>>;
  /** The laboratory once it is over, where another gateway took the place of the first. */
  readonly after?: () => Lab;
}

const LASTS_MS = 3_000;
const RECOVERY_MS = 60_000;
/** Refusals that were folded are on the record when their minute is over. */
const FOLDED_MS = 90_000;

/** Has a fault happen under traffic, and expects the three things that hold for each of them. */
export async function expectSurvived(lab: Lab, traffic: Traffic, fault: Fault): Promise<void> {
  await untilWell(lab, traffic);
  const before = new Set(traffic.answers.keys());
  const [survivor, recoveredAfter] = await underTraffic(lab, traffic, fault);

  const told = [...traffic.answers].filter(([path]) => !before.has(path));
  const seen = answersByKind(told);
  for (const kind of KINDS) {
    const right = new Set([WELL[kind], ...(fault.mayAnswer?.[kind] ?? [])]);
    expect(
      seen[kind].filter((answer) => !right.has(answer)),
      `${fault.name}: what ${kind} was answered`,
    ).toEqual([]);
    const wanted = fault.mustAnswer?.[kind];
    if (wanted !== undefined) expect(seen[kind], `${fault.name}: ${kind}`).toContain(wanted);
  }
  await expect
    .poll(async () => audit(lab, traffic, await survivor.gateway.records(), fault), { timeout: FOLDED_MS, interval: 500 })
    .toEqual([]);
  report({
    fault: fault.name,
    seen: Object.fromEntries(
      KINDS.flatMap((kind) => {
        const unusual = seen[kind].filter((answer) => answer !== WELL[kind]);
        return unusual.length === 0 ? [] : [[kind, unusual]];
      }),
    ),
    requests: told.length,
    records: (await survivor.gateway.records()).length,
    recoveredAfter,
  });
}

/** @returns the laboratory afterwards, and how long it took after the fault until all was well; milliseconds */
async function underTraffic(lab: Lab, traffic: Traffic, fault: Fault): Promise<readonly [Lab, number]> {
  const stop = traffic.start(lab);
  try {
    await fault.inflict();
    await pause(fault.milliseconds ?? LASTS_MS);
    await fault.mend();
    const mendedAt = performance.now();
    const survivor = fault.after?.() ?? lab;
    await untilWell(survivor, traffic);
    return [survivor, performance.now() - mendedAt];
  } finally {
    await stop();
  }
}

/** Until each kind is answered as it is by a gateway that has all it needs, once after the other. */
async function untilWell(lab: Lab, traffic: Traffic): Promise<void> {
  const deadline = performance.now() + RECOVERY_MS;
  for (;;) {
    const answers = await Promise.all(KINDS.map((kind) => traffic.ask(lab, kind)));
    if (answers.every((answer, i) => answer === WELL[KINDS[i]!])) return;
    if (performance.now() > deadline) throw new Error(`Found ${answers.join(', ')} after ${RECOVERY_MS} ms`);
    await pause(50);
  }
}

function answersByKind(told: readonly (readonly [path: string, answer: string])[]): Record<Kind, readonly string[]> {
  const all = KINDS.map((kind) => {
    const answers = told.flatMap(([path, answer]) => (path.startsWith(`/${kind}/`) ? [answer] : []));
    return [kind, [...new Set(answers)].sort()] as const;
  });
  return Object.fromEntries(all) as unknown as Record<Kind, readonly string[]>;
}

/** For `npm run faults`, which makes the table. */
function report(row: FaultRow): void {
  const file = process.env['CORDON_FAULT_ROWS'];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(row)}\n`);
}
