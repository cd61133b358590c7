import type { ComponentChildren, JSX } from 'preact';
import { useId, useState } from 'preact/hooks';
import type { Problem } from '../gateway/problem.ts';
import { Foreign } from '../text/foreign.tsx';
import { Dialog } from './dialog.tsx';
import { ProblemNotice } from './problem-notice.tsx';

interface ReasonedProps {
  /** Of the button that asks, and of the one that does it. */
  readonly label: string;
  /** What it is done to, for who cannot see beside what the button stands. */
  readonly what?: string;
  readonly title: string;
  /** Has to be typed first: for what nobody can undo. */
  readonly typed?: string;
  /** Why it could not be done; undefined once it is. */
  readonly act: (reason: string) => Promise<Problem | undefined>;
  /** What will happen. */
  readonly children: ComponentChildren;
}

/** A button for what a reason has to be given for: it says what will happen, asks for the reason, and does it then. */
export function Reasoned({ label, what, title, children, ...form }: ReasonedProps): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const close = (): void => setOpen(false);
  return (
    <>
      <button type="button" class="deny small" onClick={() => setOpen(true)}>
        {label}
        {what !== undefined && <span class="unseen"> {what}</span>}
      </button>
      {isOpen && (
        <Dialog title={title} onClose={close}>
          {children}
          <ReasonForm label={label} onClose={close} {...form} />
        </Dialog>
      )}
    </>
  );
}

type ReasonFormProps = Pick<ReasonedProps, 'label' | 'typed' | 'act'> & { readonly onClose: () => void };

function ReasonForm({ label, typed, act, onClose }: ReasonFormProps): JSX.Element {
  const [problem, setProblem] = useState<Problem>();
  const [isBusy, setBusy] = useState(false);
  const id = useId();
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (isBusy) return;
    const reason = new FormData(event.currentTarget as HTMLFormElement).get('reason');
    setBusy(true);
    const failed = await act(typeof reason === 'string' ? reason : '');
    setBusy(false);
    if (failed === undefined) onClose();
    else setProblem(failed);
  };
  return (
    <form onSubmit={(event) => void submit(event)} aria-busy={isBusy}>
      <label for={`${id}-reason`}>Your reason, for the record</label>
      <textarea id={`${id}-reason`} name="reason" rows={2} maxLength={500} required />
      {typed !== undefined && <Typed id={`${id}-typed`} text={typed} />}
      {problem && <ProblemNotice problem={problem} />}
      <div class="buttons">
        <button type="submit" class="deny" disabled={isBusy}>
          {label}
        </button>
        <button type="button" onClick={onClose} disabled={isBusy}>
          Keep it
        </button>
      </div>
    </form>
  );
}

/** A field that lets the form go only with this text in it; the browser says so where it is another. */
function Typed({ id, text }: { readonly id: string; readonly text: string }): JSX.Element {
  const check = ({ currentTarget: field }: { readonly currentTarget: HTMLInputElement }): void =>
    field.setCustomValidity(field.value === '' || field.value === text ? '' : `Found another text, expected ${text}`);
  return (
    <>
      <label for={id}>
        To go on, type <Foreign text={text} />
      </label>
      <input id={id} onInput={check} required autocomplete="off" autocapitalize="off" spellcheck={false} />
    </>
  );
}
