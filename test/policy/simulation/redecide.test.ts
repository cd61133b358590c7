import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DecisionRequest } from '../../../src/core/exchange/decision.ts';
import { recordedRequest } from '../../../src/policy/simulation/recorded-request.ts';
import { recordedTarget } from '../../../src/policy/simulation/recorded-target.ts';
import { redecide } from '../../../src/policy/simulation/redecide.ts';
import { changeBetween, isDenialOfSomeKind, recordedVerdict } from '../../../src/policy/simulation/verdict.ts';
import { prepare, type PreparedPolicy } from '../../../src/policy/target-index.ts';
import type { Result } from '../../../src/core/result.ts';
import type { Verdict } from '../../../src/policy/simulation/verdict.ts';
import type { Untold } from '../../../src/policy/simulation/untold.ts';
import { randomPolicy, randomRequest } from '../support/random-policy.ts';
import { decided, recordOf, verdictIn, worldOf } from './recorded.ts';

const RUNS = 1_500;

/** Asks a candidate about the record of what the policy in force decided. */
function askAgain(inForce: PreparedPolicy, candidate: PreparedPolicy, request: DecisionRequest): Result<Verdict, Untold> {
  const event = recordOf(request, decided(inForce, request));
  const before = recordedVerdict(event);
  if (before === 'ended') throw new Error('Found a decision that the policy has not made');
  const target = recordedTarget(event);
  if (target === undefined) throw new Error(`Found ${event.target}, expected a target`);
  const asked = recordedRequest(event, target, request.subject, worldOf(request));
  return asked.ok ? redecide(candidate, asked.value, before, () => undefined) : asked;
}

/** The answer is what is decided; of a denial whose reason rests on what is not known it says that it is one. */
function agrees(answer: Verdict, expected: Verdict): void {
  if (isDenialOfSomeKind(answer)) expect(answer.effect).toBe(expected.effect);
  else expect(answer).toEqual(expected);
}

/** What nobody here reads has a type that says so; that a coding cannot be undone is seen when it is read. */
const recordable = randomRequest
  .filter(({ action }) => action.content?.kind !== 'unreadable')
  .map((request) =>
    request.action.content?.kind === 'opaque' ? { ...request, action: { ...request.action, mediaType: 'image/png' } } : request,
  );

/** Runs a property over random cases and says how many had an answer, and how many of these one that changes something. */
function told(check: (answer: Verdict, inForce: PreparedPolicy, candidate: PreparedPolicy, request: DecisionRequest) => void) {
  let answers = 0;
  let changes = 0;
  fc.assert(
    fc.property(randomPolicy, randomPolicy, recordable, (first, second, request) => {
      const [inForce, candidate] = [prepare(first), prepare(second)];
      const answer = askAgain(inForce, candidate, request);
      if (!answer.ok) return;
      answers += 1;
      if (changeBetween(verdictIn(decided(inForce, request)), answer.value) !== undefined) changes += 1;
      check(answer.value, inForce, candidate, request);
    }),
    { numRuns: RUNS },
  );
  return { answers, changes };
}

describe('redecide()', () => {
  it('says of random records under random candidates what is decided where everything is known, or nothing', () => {
    const { answers, changes } = told((answer, _inForce, candidate, request) => {
      agrees(answer, verdictIn(decided(candidate, request)));
    });
    expect(answers).toBeGreaterThan(RUNS / 3);
    expect(changes).toBeGreaterThan(RUNS / 20);
  });

  it('finds no change under the policy that decided', () => {
    let answers = 0;
    fc.assert(
      fc.property(randomPolicy, recordable, (source, request) => {
        const policy = prepare(source);
        const answer = askAgain(policy, policy, request);
        if (!answer.ok) return;
        answers += 1;
        agrees(answer.value, verdictIn(decided(policy, request)));
      }),
      { numRuns: RUNS },
    );
    expect(answers).toBeGreaterThan(RUNS / 3);
  });
});
