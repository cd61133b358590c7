import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { ApprovalAnswer } from '../../../admin/contract/approvals.ts';
import { useAnswer } from '../../gateway/use-answer.ts';
import { Countdown } from '../../parts/countdown.tsx';
import { Moment } from '../../parts/moment.tsx';
import { ProblemNotice } from '../../parts/problem-notice.tsx';
import { useHeading } from '../../parts/use-heading.ts';
import { Foreign } from '../../text/foreign.tsx';
import { HostWarnings, TextWarnings } from '../../text/warnings.tsx';
import { Content } from './content.tsx';
import { Decision } from '../deciding/decision.tsx';
import { Decisions } from './decisions.tsx';
import { Requester } from './requester.tsx';
import { StateChip } from '../state-chip.tsx';
import { Where } from './where.tsx';
import { STATE_SENTENCES } from '../words.ts';
import type { Intent } from '../deciding/intent.ts';

interface OpenRequestProps {
  readonly id: string;
  readonly intent: Intent | undefined;
  readonly onIntent: (intent: Intent | undefined) => void;
  readonly onClose: () => void;
}

/** One request, whole: what would leave, to where, on whose behalf, and what can be done about it. */
export function OpenRequest({ id, intent, onIntent, onClose }: OpenRequestProps): JSX.Element {
  const { value, problem, again, replace } = useAnswer<ApprovalAnswer>(`/v1/approvals/${id}`);
  const heading = useHeading('Request');
  useEffect(() => scrollTo(0, 0), []);
  const cannotBeRead = problem !== undefined && value === undefined;
  useEffect(() => {
    if (cannotBeRead) onIntent(undefined);
  }, [cannotBeRead]);
  return (
    <article class="open-request" aria-label="The open request">
      <div class="open-head">
        <h2 ref={heading} tabIndex={-1}>
          Held request
        </h2>
        <button type="button" class="quiet" onClick={onClose}>
          Back to the list <kbd aria-hidden="true">Esc</kbd>
        </button>
      </div>
      {problem && <ProblemNotice problem={problem} again={again} />}
      {value && (
        <>
          <Summary request={value} />
          <Decision request={value} intent={intent} onIntent={onIntent} onDecided={replace} onRefused={again} />
          <Where request={value} />
          <Content request={value} />
          <Requester request={value} />
          <Decisions request={value} />
        </>
      )}
    </article>
  );
}

function Summary({ request }: { readonly request: ApprovalAnswer }): JSX.Element {
  const { state, method, target, origin, fields, createdAt, settledAt, expiresAt } = request;
  const isOpen = state === 'pending' || state === 'approved';
  return (
    <>
      <p class="big-target">
        <b>{method}</b> <Foreign text={target} />
      </p>
      <HostWarnings origin={origin} />
      {fields !== undefined && (
        <dl class="facts" aria-label="Fields that go with it">
          {fields.map(({ name, value }, index) => (
            <div key={index}>
              <dt>
                <Foreign text={name} />
              </dt>
              <dd>
                <Foreign text={value} />
                <TextWarnings text={value} />
              </dd>
            </div>
          ))}
        </dl>
      )}
      <p class="standing">
        <StateChip state={state} /> {STATE_SENTENCES[state]}
      </p>
      <p class="standing faint">
        Asked <Moment at={createdAt} />
        {isOpen ? (
          <>
            , <Countdown until={expiresAt} isWordSeen />
          </>
        ) : (
          settledAt !== undefined && (
            <>
              , ended <Moment at={settledAt} />
            </>
          )
        )}
      </p>
    </>
  );
}
