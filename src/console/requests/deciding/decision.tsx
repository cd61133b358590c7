import type { JSX, RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ApprovalAnswer } from '../../../admin/contract/approvals.ts';
import { useSeat } from '../../gateway/use-gateway.ts';
import { DecisionForm } from './decision-form.tsx';
import { STATE_SENTENCES } from '../words.ts';
import type { Intent } from './intent.ts';
import { MayNot } from './may-not.tsx';

interface DecisionProps {
  readonly request: ApprovalAnswer;
  readonly intent: Intent | undefined;
  readonly onIntent: (intent: Intent | undefined) => void;
  readonly onDecided: (request: ApprovalAnswer) => void;
  readonly onRefused: () => void;
}

const BUTTONS: readonly (readonly [intent: Intent, label: string, key: string])[] = [
  ['approve', 'Approve', 'a'],
  ['grant', 'Approve and grant', 'g'],
  ['deny', 'Deny', 'd'],
];

/** The ways to decide; or why there are none for this person. */
export function Decision({ request, intent, onIntent, onDecided, onRefused }: DecisionProps): JSX.Element | null {
  const { announce, me } = useSeat();
  const [outcome, setOutcome] = useState<string>();
  const notice = useRef<HTMLParagraphElement>(null);
  useLayoutEffect(() => {
    if (outcome !== undefined) notice.current?.focus();
  }, [outcome]);
  const buttons = useReturn(intent);
  useEffect(() => {
    if (intent === undefined || request.state === 'pending' || outcome !== undefined) return;
    // Somebody else was quicker: the form goes, and whoever was writing in it is told why.
    const told = `Meanwhile it was settled. ${STATE_SENTENCES[request.state]}`;
    setOutcome(told);
    announce(told);
    onIntent(undefined);
  }, [request.state]);
  const isPending = request.state === 'pending';
  const hasApproved = request.decisions.some(({ person, decision }) => person === me.person && decision === 'approve');
  const may = isPending && request.mayNot === undefined;
  const wanted = may ? BUTTONS.filter(([each]) => (hasApproved ? each === 'deny' : isOffered(each, request))) : [];
  const chosen = wanted.find(([each]) => each === intent)?.[0];
  useEffect(() => {
    // There is no such form for this request: what was set out to be done is given up, and keys are for others again.
    if (intent !== undefined && chosen === undefined) onIntent(undefined);
  }, [intent, chosen]);
  const decided = (told: string, answer: ApprovalAnswer): void => {
    setOutcome(told);
    announce(told);
    onIntent(undefined);
    onDecided(answer);
  };
  return (
    <section class="decision" aria-label="Your decision">
      {outcome !== undefined && (
        <p class="notice good" ref={notice} tabIndex={-1}>
          {outcome}
        </p>
      )}
      {isPending && request.mayNot !== undefined && <MayNot request={request} why={request.mayNot} />}
      {may && hasApproved && <p class="faint">You have approved it; until the others have, you can still deny it.</p>}
      {chosen === undefined ? (
        <div class="buttons" ref={buttons}>
          {wanted.map(([each, label, key]) => (
            <button key={each} type="button" class={each} data-intent={each} onClick={() => onIntent(each)}>
              {label} <kbd aria-hidden="true">{key}</kbd>
            </button>
          ))}
        </div>
      ) : (
        <DecisionForm
          key={chosen}
          request={request}
          intent={chosen}
          onCancel={() => onIntent(undefined)}
          onDecided={decided}
          onRefused={onRefused}
        />
      )}
    </section>
  );
}

/** Gives the focus back to the button whose form was closed. */
function useReturn(intent: Intent | undefined): RefObject<HTMLDivElement | null> {
  const buttons = useRef<HTMLDivElement>(null);
  const before = useRef(intent);
  useLayoutEffect(() => {
    if (intent === undefined) buttons.current?.querySelector<HTMLElement>(`[data-intent="${before.current}"]`)?.focus();
    before.current = intent;
  }, [intent]);
  return buttons;
}

function isOffered(intent: Intent, { offers }: ApprovalAnswer): boolean {
  return intent !== 'grant' || offers.length > 0;
}
