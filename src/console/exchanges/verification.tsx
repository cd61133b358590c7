import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { VerifyLine } from '../../admin/contract/audit.ts';
import { useSeat } from '../gateway/use-gateway.ts';
import type { Problem } from '../gateway/problem.ts';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import { Foreign } from '../text/foreign.tsx';

type Line<K extends VerifyLine['kind']> = Extract<VerifyLine, { readonly kind: K }>;

interface Shown {
  readonly isRunning: boolean;
  readonly progress?: Line<'progress'>;
  readonly chains: readonly Line<'chain'>[];
  readonly end?: Line<'end'>;
  readonly problem?: Problem;
}

const NOTHING: Shown = { isRunning: false, chains: [] };

/** Whether the whole record is complete and unchanged, for auditors, when they ask. */
export function Verification(): JSX.Element | null {
  const { gateway, me, announce } = useSeat();
  const [shown, setShown] = useState(NOTHING);
  if (me.role !== 'auditor') return null;
  const verify = async (): Promise<void> => {
    let now: Shown = { isRunning: true, chains: [] };
    setShown(now);
    const answer = await gateway.lines('/v1/audit/verify', (line: VerifyLine) => {
      now = withLine(now, line);
      setShown(now);
    });
    setShown({ ...now, isRunning: false, ...(!answer.ok && { problem: answer.problem }) });
    announce(answer.ok ? verdictOf(now) : answer.problem.title);
  };
  const { isRunning, progress, problem } = shown;
  return (
    <section class="card" aria-labelledby="verification">
      <h2 id="verification">Is the record whole?</h2>
      <p class="faint">Reads every record there is: each must follow from the one before it, and be what was signed.</p>
      <button type="button" disabled={isRunning} onClick={() => void verify()}>
        Verify the record
      </button>
      {isRunning && <Progress progress={progress} />}
      {problem !== undefined && <ProblemNotice problem={problem} />}
      {!isRunning && problem === undefined && shown !== NOTHING && <Result shown={shown} />}
    </section>
  );
}

function withLine(shown: Shown, line: VerifyLine): Shown {
  switch (line.kind) {
    case 'progress':
      return { ...shown, progress: line };
    case 'chain':
      return { ...shown, chains: [...shown.chains, line] };
    case 'end':
      return { ...shown, end: line };
  }
}

function Progress({ progress }: { readonly progress: Shown['progress'] }): JSX.Element {
  return (
    <p>
      <label>
        Verifying <progress {...(progress !== undefined && { value: progress.done, max: Math.max(1, progress.total) })} />
      </label>
    </p>
  );
}

function Result({ shown }: { readonly shown: Shown }): JSX.Element {
  const broken = shown.chains.filter((chain) => chain.state === 'broken');
  const isWhole = shown.end?.state === 'whole';
  return (
    <div class={isWhole ? 'notice' : 'notice bad'} role={isWhole ? 'status' : 'alert'}>
      <strong>{verdictOf(shown)}</strong>
      {broken.map(({ writer, segment, record, seq, reason }) => (
        <p key={writer}>
          {record !== undefined && `Record ${record} (sequence number ${seq}) of `}
          <Foreign text={`${writer}/${segment}`} />: <Foreign text={reason} as="prose" />
        </p>
      ))}
    </div>
  );
}

/** The result in words; without its end an answer shows nothing. */
function verdictOf({ end }: Shown): string {
  if (end === undefined) return 'The answer broke off: nothing is shown';
  const { state, records, writers, detail } = end;
  const size = `${records.toLocaleString('en-GB')} records of ${writers === 1 ? 'one writer' : `${writers} writers`}`;
  if (state === 'whole') return `The record is whole: ${size}`;
  return state === 'broken' ? 'The record is broken' : `The record could not be read to its end. ${detail ?? ''}`;
}
