import type { JSX } from 'preact';
import type { ConsoleSessionsAnswer } from '../../admin/contract/people.ts';
import { useAnswer } from '../gateway/use-answer.ts';
import { useDeletion } from '../gateway/use-deletion.ts';
import { useSeat } from '../gateway/use-gateway.ts';
import { Confirmed } from '../parts/confirmed.tsx';
import { Moment } from '../parts/moment.tsx';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import { Foreign } from '../text/foreign.tsx';
import { scopeText } from './scope-text.ts';

type Session = ConsoleSessionsAnswer['items'][number];

/** Who is signed in, and was. */
export function Sessions(): JSX.Element {
  const { value, problem, again } = useAnswer<ConsoleSessionsAnswer>('/v1/console-sessions');
  return (
    <section class="card" aria-labelledby="sessions">
      <h2 id="sessions">Sessions of the console</h2>
      {problem && <ProblemNotice problem={problem} again={again} />}
      <ul class="rules">
        {value?.items.map((session) => (
          <SessionRow key={session.id} session={session} onEnded={again} />
        ))}
      </ul>
    </section>
  );
}

function SessionRow({ session, onEnded }: { readonly session: Session; readonly onEnded: () => void }): JSX.Element {
  const { me } = useSeat();
  const { id, state, person, role, authTime, lastSeenAt, expiresAt } = session;
  const isMine = me.credential === `session:${id}`;
  const end = useDeletion(`/v1/console-sessions/${id}`, 'The session has ended.', onEnded);
  return (
    <li class="with-action">
      <div>
        <span class={`chip ${state === 'open' ? 'approved' : ''}`}>{state}</span> <b>{role}</b> <Foreign text={person} />{' '}
        <span class="faint">{scopeText(session)}</span> {isMine && <span class="tag">this one</span>}
        <p class="faint">
          Signed in <Moment at={authTime} />, last seen <Moment at={lastSeenAt} />, ends <Moment at={expiresAt} />
        </p>
      </div>
      {state === 'open' && !isMine && (
        <Confirmed label="End" title="End this session?" act={end}>
          <p>
            <Foreign text={person} /> has to sign in again.
          </p>
        </Confirmed>
      )}
    </li>
  );
}
