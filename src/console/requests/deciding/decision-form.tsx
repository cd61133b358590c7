import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ApprovalAnswer, DecisionBody } from '../../../admin/contract/approvals.ts';
import type { Problem } from '../../gateway/problem.ts';
import { useSeat } from '../../gateway/use-gateway.ts';
import { ProblemNotice } from '../../parts/problem-notice.tsx';
import { durationText } from '../../text/duration-text.ts';
import type { Intent } from './intent.ts';
import { Offers } from './offers.tsx';
import { outcomeOf } from '../words.ts';

interface DecisionFormProps {
  readonly request: ApprovalAnswer;
  readonly intent: Intent;
  readonly onCancel: () => void;
  readonly onDecided: (outcome: string, request: ApprovalAnswer) => void;
  /** What is shown may be out of date. */
  readonly onRefused: () => void;
}

const TITLES: Readonly<Record<Intent, string>> = {
  approve: 'Approve this one request',
  grant: 'Approve it, and let the same kind pass for a time',
  deny: 'Deny this request',
};
/** Milliseconds; who wants it longer says so. */
const USUAL_GRANT = 15 * 60_000;
const LABELS: Readonly<Record<Intent, string>> = { approve: 'Approve now', grant: 'Approve and grant now', deny: 'Deny now' };

/** Asks for the reason, which is on the record, and decides. */
export function DecisionForm({ request, intent, onCancel, onDecided, onRefused }: DecisionFormProps): JSX.Element {
  const { gateway } = useSeat();
  const longest = Math.max(0, ...request.offers.map(({ max }) => max));
  const [lasts, setLasts] = useState(Math.min(longest, USUAL_GRANT));
  const [problem, setProblem] = useState<Problem>();
  const [isBusy, setBusy] = useState(false);
  const reason = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => reason.current?.focus(), []);
  const decide = async (): Promise<void> => {
    if (isBusy || reason.current === null || !reason.current.reportValidity()) return;
    setBusy(true);
    const decision = intent === 'deny' ? 'deny' : 'approve';
    const body: DecisionBody = {
      decision,
      reason: reason.current.value,
      ...(intent === 'grant' && { grant: { for: durationText(lasts) } }),
    };
    const answer = await gateway.post<ApprovalAnswer>(`/v1/approvals/${request.id}/decision`, body);
    setBusy(false);
    if (answer.ok) return onDecided(outcomeOf(decision, answer.value), answer.value);
    setProblem(answer.problem);
    onRefused();
  };
  const pressed = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void decide();
    if (event.key !== 'Escape') return;
    // Closes the form alone, not the request behind it.
    event.preventDefault();
    event.stopPropagation();
    // What is on its way cannot be called back: it must not look as if it were.
    if (!isBusy) onCancel();
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    void decide();
  };
  return (
    <form class="decision-form" onSubmit={submit} onKeyDown={pressed} aria-label={TITLES[intent]} aria-busy={isBusy}>
      <h3>{TITLES[intent]}</h3>
      {intent === 'grant' && <Offers offers={request.offers} lasts={lasts} onLasts={setLasts} />}
      <label for="reason">Your reason, for the record</label>
      <textarea id="reason" ref={reason} rows={2} maxLength={2000} required />
      {problem && <ProblemNotice problem={problem} />}
      <div class="buttons">
        <button type="submit" class={intent} disabled={isBusy}>
          {LABELS[intent]} <kbd aria-hidden="true">Ctrl Enter</kbd>
        </button>
        <button type="button" onClick={onCancel} disabled={isBusy}>
          Cancel <kbd aria-hidden="true">Esc</kbd>
        </button>
      </div>
    </form>
  );
}
