import type { JSX } from 'preact';
import { useSeat } from '../gateway/use-gateway.ts';
import { useHeading } from '../parts/use-heading.ts';
import { Sessions } from './sessions.tsx';
import { Tokens } from './tokens.tsx';

/** Tokens and sessions: who can come in. For admins. */
export function Access(): JSX.Element {
  const { me } = useSeat();
  const heading = useHeading('Access');
  return (
    <div class="page stack">
      <h1 ref={heading} tabIndex={-1}>
        Access
      </h1>
      {me.role === 'admin' ? (
        <>
          <Tokens />
          <Sessions />
        </>
      ) : (
        <p class="notice">Tokens and sessions are for the role admin; yours is {me.role}.</p>
      )}
    </div>
  );
}
