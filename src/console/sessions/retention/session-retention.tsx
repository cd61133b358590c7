import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { SessionItem } from '../../../admin/contract/exchanges.ts';
import type { SessionRetentionAnswer } from '../../../admin/contract/retention.ts';
import { useAnswer } from '../../gateway/use-answer.ts';
import { useSeat } from '../../gateway/use-gateway.ts';
import { ProblemNotice } from '../../parts/problem-notice.tsx';
import { HoldForm } from './hold-form.tsx';
import { HoldRow } from './hold-row.tsx';
import { SessionContent } from './session-content.tsx';

/** What keeps the records of a session, and what was shredded of it: for auditors and operators. */
export function SessionRetention({ session }: { readonly session: SessionItem }): JSX.Element | null {
  const { me } = useSeat();
  if (me.role !== 'auditor' && me.role !== 'operator') return null;
  return <Retention session={session} />;
}

function Retention({ session }: { readonly session: SessionItem }): JSX.Element {
  const { traffic } = useSeat();
  const { value, problem, again } = useAnswer<SessionRetentionAnswer>(`/v1/sessions/${session.id}/retention`, traffic);
  const heading = useRef<HTMLHeadingElement>(null);
  const hasActed = useRef(false);
  useLayoutEffect(() => {
    // The button that had the focus is gone with what it was for.
    if (hasActed.current && document.activeElement === document.body) heading.current?.focus();
    hasActed.current = false;
  }, [value]);
  const acted = (): void => {
    hasActed.current = true;
    again();
  };
  return (
    <section class="card" aria-labelledby="retention">
      <h2 id="retention" ref={heading} tabIndex={-1}>
        Retention
      </h2>
      {problem && <ProblemNotice problem={problem} again={again} />}
      {value && (
        <>
          <Holds retention={value} onChange={acted} />
          <HoldForm session={session} onHeld={acted} />
          <SessionContent session={session} retention={value} onShredded={acted} />
        </>
      )}
    </section>
  );
}

interface HoldsProps {
  readonly retention: SessionRetentionAnswer;
  readonly onChange: () => void;
}

function Holds({ retention: { holds, otherHolds }, onChange }: HoldsProps): JSX.Element {
  if (holds.length + otherHolds === 0) return <p>It is under no legal hold: its records go when their time is over.</p>;
  return (
    <>
      <p>
        <span class="chip hold">under legal hold</span> Nothing of it is removed or shredded, whatever the retention says.
      </p>
      <ul class="rules" aria-label="Legal holds">
        {holds.map((hold) => (
          <HoldRow key={hold.id} hold={hold} onReleased={onChange} />
        ))}
        {otherHolds > 0 && <li>{otherHolds === 1 ? 'One' : otherHolds} more, outside of your scope</li>}
      </ul>
    </>
  );
}
