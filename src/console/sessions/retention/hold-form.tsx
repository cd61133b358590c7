import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { SessionItem } from '../../../admin/contract/exchanges.ts';
import type { HoldBody, HoldItem } from '../../../admin/contract/retention.ts';
import type { Problem } from '../../gateway/problem.ts';
import { useSeat } from '../../gateway/use-gateway.ts';
import { Choice } from '../../parts/choice.tsx';
import { ProblemNotice } from '../../parts/problem-notice.tsx';

interface HoldFormProps {
  readonly session: SessionItem;
  readonly onHeld: () => void;
}

const COVERS = ['this session', 'its agent'] as const;
type Covers = (typeof COVERS)[number];

/** Asks for what a legal hold is to cover and why, and places it. Closed until somebody wants it. */
export function HoldForm({ session, onHeld }: HoldFormProps): JSX.Element {
  const { gateway, announce } = useSeat();
  const [isOpen, setOpen] = useState(false);
  const [covers, setCovers] = useState<Covers>('this session');
  const [problem, setProblem] = useState<Problem>();
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const body = bodyOf(session, covers, new FormData(event.currentTarget as HTMLFormElement));
    const answer = await gateway.post<HoldItem>('/v1/legal-holds', body);
    setProblem(answer.ok ? undefined : answer.problem);
    if (!answer.ok) return;
    announce('The legal hold is placed.');
    setOpen(false);
    onHeld();
  };
  return (
    <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Place a legal hold</summary>
      {isOpen && (
        <form aria-label="Place a legal hold" onSubmit={(event) => void submit(event)}>
          {session.agent !== undefined && <Choice label="Covers" options={COVERS} chosen={covers} onChoose={setCovers} />}
          <label for="hold-reason">Your reason, for the record</label>
          <textarea id="hold-reason" name="reason" rows={2} maxLength={500} required />
          <Day name="since" label="What was recorded from that day on (UTC); all of it where empty" />
          <Day name="until" label="What was recorded before that day (UTC); what is still to come too where empty" />
          {problem && <ProblemNotice problem={problem} />}
          <div class="buttons">
            <button class="primary" type="submit">
              Place the hold
            </button>
          </div>
        </form>
      )}
    </details>
  );
}

function Day({ name, label }: { readonly name: 'since' | 'until'; readonly label: string }): JSX.Element {
  return (
    <>
      <label for={`hold-${name}`}>{label}</label>
      <input id={`hold-${name}`} name={name} type="date" />
    </>
  );
}

function bodyOf({ id, agent }: SessionItem, covers: Covers, fields: FormData): HoldBody {
  const text = (name: string): string => {
    const value = fields.get(name);
    return typeof value === 'string' ? value : '';
  };
  const [since, until] = [text('since'), text('until')];
  return {
    ...(covers === 'its agent' && agent !== undefined ? { subject: agent } : { session: id }),
    ...(since !== '' && { since }),
    ...(until !== '' && { until }),
    reason: text('reason'),
  };
}
