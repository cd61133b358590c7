import type { JSX } from 'preact';
import { useCallback, useEffect, useState } from 'preact/hooks';
import type { MeAnswer } from '../../admin/contract/people.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { Problem } from '../gateway/problem.ts';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import { SignIn } from './sign-in.tsx';
import { SignedIn } from './signed-in.tsx';

type Session =
  | { readonly kind: 'unknown'; readonly problem?: Problem }
  | { readonly kind: 'none'; readonly ended: boolean }
  | { readonly kind: 'open'; readonly me: MeAnswer };

/** The console: who has no session signs in, who has one sees the views. */
export function App({ gateway }: { readonly gateway: Gateway }): JSX.Element {
  const [session, setSession] = useState<Session>({ kind: 'unknown' });
  const look = useCallback(async (): Promise<void> => {
    const answer = await gateway.me();
    if (!answer.ok) setSession({ kind: 'unknown', problem: answer.problem });
    else setSession(answer.value === undefined ? { kind: 'none', ended: false } : { kind: 'open', me: answer.value });
  }, [gateway]);
  useEffect(() => {
    // Several questions may learn it at once; the first to come tells.
    gateway.onSignedOut = () =>
      setSession((before) => (before.kind === 'none' ? before : { kind: 'none', ended: before.kind === 'open' }));
    void look();
  }, [gateway, look]);
  if (session.kind === 'open') {
    return <SignedIn gateway={gateway} me={session.me} onSignedOut={() => setSession({ kind: 'none', ended: false })} />;
  }
  if (session.kind === 'none') {
    return <SignIn gateway={gateway} hasEnded={session.ended} onSignedIn={(me) => setSession({ kind: 'open', me })} />;
  }
  return (
    <main class="sign-in">{session.problem && <ProblemNotice problem={session.problem} again={() => void look()} />}</main>
  );
}
