import type { JSX } from 'preact';
import type { PolicyAnswer } from '../../admin/contract.ts';
import { useAnswer } from '../gateway/use-answer.ts';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import { useHeading } from '../parts/use-heading.ts';
import { Explain } from './explain.tsx';
import { InForce } from './in-force.tsx';
import { Tables } from './tables.tsx';

/** What decides: the policy in force, a trial of it, and the tables that places are read from. */
export function Policy(): JSX.Element {
  const { value, problem, again } = useAnswer<PolicyAnswer>('/v1/policy');
  const heading = useHeading('Policy');
  return (
    <div class="page stack">
      <h1 ref={heading} tabIndex={-1}>
        Policy
      </h1>
      {problem && <ProblemNotice problem={problem} again={again} />}
      {value && <InForce policy={value} onReloaded={again} />}
      <Explain />
      <Tables />
    </div>
  );
}
