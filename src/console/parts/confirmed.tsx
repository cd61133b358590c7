import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Problem } from '../gateway/problem.ts';
import { Dialog } from './dialog.tsx';
import { ProblemNotice } from './problem-notice.tsx';

interface ConfirmedProps {
  /** Of the button that asks, and of the one that does it. */
  readonly label: string;
  readonly title: string;
  /** Why it could not be done; undefined once it is. */
  readonly act: () => Promise<Problem | undefined>;
  /** What will happen. */
  readonly children: ComponentChildren;
}

/** A button for what cannot be undone: it says what will happen, and does it when that is confirmed. */
export function Confirmed({ label, title, act, children }: ConfirmedProps): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const close = (): void => {
    setOpen(false);
    setProblem(undefined);
  };
  const confirm = async (): Promise<void> => {
    const failed = await act();
    if (failed === undefined) close();
    else setProblem(failed);
  };
  return (
    <>
      <button type="button" class="deny small" onClick={() => setOpen(true)}>
        {label}
      </button>
      {isOpen && (
        <Dialog title={title} onClose={close}>
          {children}
          {problem && <ProblemNotice problem={problem} />}
          <div class="buttons">
            <button type="button" class="deny" onClick={() => void confirm()}>
              {label}
            </button>
            <button type="button" onClick={close}>
              Keep it
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}
