import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { PolicyAnswer } from '../../admin/contract.ts';
import type { ReloadAnswer } from '../../admin/contract/people.ts';
import type { Problem } from '../gateway/problem.ts';
import { useSeat } from '../gateway/use-gateway.ts';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import { Foreign } from '../text/foreign.tsx';

interface InForceProps {
  readonly policy: PolicyAnswer;
  readonly onReloaded: () => void;
}

/** Digest and files of the policy in force, and why what lies in the directory now may not be it. */
export function InForce({ policy, onReloaded }: InForceProps): JSX.Element {
  const { me } = useSeat();
  const { digest, generation, files, errors, warnings } = policy;
  return (
    <section class="card" aria-labelledby="in-force">
      <div class="card-head">
        <h2 id="in-force">In force</h2>
        {me.role === 'operator' && <Reload onReloaded={onReloaded} />}
      </div>
      <dl class="facts">
        <div>
          <dt>Digest</dt>
          <dd>
            <Foreign text={digest} />
          </dd>
        </div>
        <div>
          <dt>Generation</dt>
          <dd>{generation}, counted up by every change of policy or tables</dd>
        </div>
        <div>
          <dt>Files</dt>
          <dd>
            <Foreign text={files.join(', ')} />
          </dd>
        </div>
      </dl>
      {errors.length > 0 && <Issues tone="bad" title="What lies in the directory now is not in force" issues={errors} />}
      {warnings.length > 0 && <Issues tone="" title="Warnings" issues={warnings} />}
      {errors.length === 0 && warnings.length === 0 && <p class="faint">No errors and no warnings.</p>}
    </section>
  );
}

function Issues({ tone, title, issues }: { tone: '' | 'bad'; title: string; issues: readonly string[] }): JSX.Element {
  return (
    <div class={`notice ${tone}`}>
      <strong>{title}</strong>
      <ul class="issues">
        {issues.map((issue) => (
          <li key={issue}>
            <Foreign text={issue} as="prose" />
          </li>
        ))}
      </ul>
    </div>
  );
}

const RESULTS: Readonly<Record<ReloadAnswer['result'], string>> = {
  loaded: 'The files were read and are in force.',
  refused: 'The files have errors; the policy before them stays in force.',
  unchanged: 'The files say what is in force already.',
};

function Reload({ onReloaded }: Pick<InForceProps, 'onReloaded'>): JSX.Element {
  const { gateway, announce } = useSeat();
  const [told, setTold] = useState('');
  const [problem, setProblem] = useState<Problem>();
  const reload = async (): Promise<void> => {
    const answer = await gateway.post<ReloadAnswer>('/v1/policy/reload');
    setProblem(answer.ok ? undefined : answer.problem);
    if (!answer.ok) return;
    setTold(RESULTS[answer.value.result]);
    announce(RESULTS[answer.value.result]);
    onReloaded();
  };
  return (
    <>
      <span class="faint">{told}</span>
      {problem && <ProblemNotice problem={problem} />}
      <button type="button" class="small" onClick={() => void reload()}>
        Read the files anew
      </button>
    </>
  );
}
