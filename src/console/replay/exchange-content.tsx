import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ContentAnswer } from '../../admin/contract/exchange-content.ts';
import type { Problem } from '../gateway/problem.ts';
import { useSeat } from '../gateway/use-gateway.ts';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import { Foreign } from '../text/foreign.tsx';
import { RecordedMessage } from './recorded-message.tsx';

/** What was sent and answered, for auditors. */
export function ExchangeContent({ id }: { readonly id: string }): JSX.Element | null {
  const { me } = useSeat();
  if (me.role !== 'auditor') return null;
  return (
    <section aria-labelledby="recorded-content">
      <h2 id="recorded-content">Content</h2>
      <ContentOnRequest id={id} />
    </section>
  );
}

/** The same without a heading. It is asked for by a button: whoever reads it is on the record. */
export function ContentOnRequest({ id }: { readonly id: string }): JSX.Element {
  const { gateway } = useSeat();
  const [content, setContent] = useState<ContentAnswer>();
  const [problem, setProblem] = useState<Problem>();
  const look = async (): Promise<void> => {
    const answer = await gateway.get<ContentAnswer>(`/v1/exchanges/${id}/content`);
    setProblem(answer.ok ? undefined : answer.problem);
    if (answer.ok) setContent(answer.value);
  };
  return (
    <>
      {problem && <ProblemNotice problem={problem} again={() => void look()} />}
      {content === undefined ? (
        <p>
          <button type="button" onClick={() => void look()}>
            Show what was recorded
          </button>{' '}
          <span class="faint">That you look is put on the record.</span>
        </p>
      ) : (
        <Messages content={content} />
      )}
    </>
  );
}

function Messages({ content: { request, response, unopened } }: { readonly content: ContentAnswer }): JSX.Element {
  return (
    <>
      {unopened !== undefined && (
        <p class="notice">
          <Foreign text={unopened} as="prose" />
        </p>
      )}
      {request && <RecordedMessage title="Request" message={request} />}
      {response && <RecordedMessage title="Answer" message={response} />}
      {!request && !response && unopened === undefined && <p class="faint">No rule had its content recorded.</p>}
    </>
  );
}
