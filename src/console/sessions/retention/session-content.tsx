import type { JSX } from 'preact';
import type { SessionItem } from '../../../admin/contract/exchanges.ts';
import type { SessionRetentionAnswer, ShredAnswer } from '../../../admin/contract/retention.ts';
import type { Problem } from '../../gateway/problem.ts';
import { useSeat } from '../../gateway/use-gateway.ts';
import { Moment } from '../../parts/moment.tsx';
import { Reasoned } from '../../parts/reasoned.tsx';
import { Foreign } from '../../text/foreign.tsx';

interface SessionContentProps {
  readonly session: SessionItem;
  readonly retention: SessionRetentionAnswer;
  readonly onShredded: () => void;
}

/** Whether recorded content of a session can be read, and what was made unreadable of it and why. Operators shred. */
export function SessionContent({ session, retention, onShredded }: SessionContentProps): JSX.Element {
  const { me } = useSeat();
  const { keys, shredded } = retention;
  return (
    <>
      <h3>Recorded content</h3>
      <div class="with-action">
        <div>
          {keys > 0 ? 'The keys to it are there: auditors can read it.' : NO_KEYS[shredded.length > 0 ? 'gone' : 'none']}
        </div>
        {me.role === 'operator' && keys > 0 && <Shred session={session} onShredded={onShredded} />}
      </div>
      {shredded.length > 0 && (
        <ul class="rules" aria-label="What was shredded">
          {shredded.map(({ at, by, reason }) => (
            <li key={at + by}>
              <span class="chip deny">shredded</span> <Foreign text={reason} as="prose" />
              <p class="faint">
                <Moment at={at} /> by <Foreign text={by} />
              </p>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

const NO_KEYS = {
  gone: 'Nobody can read it any more, in whatever copy of the record.',
  none: 'There is none that could be read.',
} as const;

function Shred({ session, onShredded }: Pick<SessionContentProps, 'session' | 'onShredded'>): JSX.Element {
  const { gateway, announce } = useSeat();
  const { id, agent = id } = session;
  const shred = async (reason: string): Promise<Problem | undefined> => {
    const answer = await gateway.post<ShredAnswer>('/v1/content/shred', { session: id, reason });
    if (!answer.ok) return answer.problem;
    announce('The recorded content of this session is shredded.');
    onShredded();
    return undefined;
  };
  return (
    <Reasoned label="Shred" what="its content" title="Shred the content of this session?" typed={agent} act={shred}>
      <p>
        The keys of what <Foreign text={agent} /> sent and got in this session are destroyed, for good: nobody reads it any
        more, in whatever copy of the record. What was decided, when and why stays, and the record still proves to be whole.
      </p>
    </Reasoned>
  );
}
