import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ApprovalAnswer } from '../../../admin/contract/approvals.ts';
import { useSeat } from '../../gateway/use-gateway.ts';
import { Foreign } from '../../text/foreign.tsx';
import { DecisionForm } from './decision-form.tsx';
import type { Intent } from './intent.ts';

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
  const { announce } = useSeat();
  const [outcome, setOutcome] = useState<string>();
  const notice = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (outcome !== undefined) notice.current?.focus();
  }, [outcome]);
  const isPending = request.state === 'pending';
  const wanted = isPending && request.mayNot === undefined ? BUTTONS.filter(([each]) => isOffered(each, request)) : [];
  const chosen = wanted.find(([each]) => each === intent)?.[0];
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
      {chosen === undefined ? (
        <div class="buttons">
          {wanted.map(([each, label, key]) => (
            <button key={each} type="button" class={each} onClick={() => onIntent(each)}>
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

function isOffered(intent: Intent, { offers }: ApprovalAnswer): boolean {
  return intent !== 'grant' || offers.length > 0;
}

function MayNot({ request, why }: { readonly request: ApprovalAnswer; readonly why: string }): JSX.Element {
  const asksAgain = request.rules.some(({ stepUp }) => stepUp) && /sign in again/i.test(why);
  return (
    <p class="notice">
      You cannot decide on this: <Foreign text={why} as="prose" />
      {asksAgain && '. Sign out and sign in; then you have five minutes.'}
    </p>
  );
}
