import type { JSX } from 'preact';
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { MeAnswer } from '../../admin/contract/people.ts';
import { Access } from '../access/access.tsx';
import type { Gateway } from '../gateway/gateway.ts';
import { useChanges } from '../gateway/use-changes.ts';
import { SeatContext } from '../gateway/use-gateway.ts';
import { Exchanges } from '../exchanges/exchanges.tsx';
import { Sessions } from '../sessions/sessions.tsx';
import { Grants } from '../grants/grants.tsx';
import { Policy } from '../policies/policy.tsx';
import { Requests } from '../requests/requests.tsx';
import { Header } from './header.tsx';
import { Help } from './help.tsx';
import { useTypist } from './typist.ts';
import { useKeys } from './use-keys.ts';
import { type Route, useRoute } from './use-route.ts';

interface SignedInProps {
  readonly gateway: Gateway;
  readonly me: MeAnswer;
  readonly onSignedOut: () => void;
}

/** A shorter one is not worth a word: most are over with the next attempt. */
const LOSS = 2000;

/** What somebody with a session sees: the header, one view, and what is said aloud. */
export function SignedIn({ gateway, me, onSignedOut }: SignedInProps): JSX.Element {
  const route = useRoute();
  const { count, traffic, isLive } = useChanges();
  const [said, setSaid] = useState({ text: '', count: 0 });
  const [isHelpOpen, setHelpOpen] = useState(false);
  const announce = useCallback((text: string) => setSaid(({ count }) => ({ text, count: count + 1 })), []);
  const seat = useMemo(() => ({ gateway, me, changes: count, traffic, announce }), [gateway, me, count, traffic, announce]);
  useLossTold(isLive, announce);
  useTypist();
  useKeys(useMemo(() => ({ '?': () => setHelpOpen(true) }), []));
  const signOut = async (): Promise<void> => {
    const answer = await gateway.post('/v1/sign-out');
    if (answer.ok) onSignedOut();
    else announce(answer.problem.detail ?? answer.problem.title);
  };
  return (
    <SeatContext.Provider value={seat}>
      <a class="skip" href="#main" onClick={skip}>
        Skip to content
      </a>
      <Header me={me} view={route.view} isLive={isLive} onSignOut={() => void signOut()} onHelp={() => setHelpOpen(true)} />
      <main id="main" tabIndex={-1}>
        <Shown route={route} />
      </main>
      <p class="unseen" role="status" aria-live="polite">
        {/* Another element each time, or the same words would be heard but once. */}
        <span key={said.count}>{said.text}</span>
      </p>
      {isHelpOpen && <Help onClose={() => setHelpOpen(false)} />}
    </SeatContext.Provider>
  );
}

/** Says aloud when what is shown is no longer current, and when it is again; a tab that nobody looks at is never current. */
function useLossTold(isLive: boolean, announce: (text: string) => void): void {
  const was = useRef({ live: false, told: false });
  useEffect(() => {
    if (!isLive && !was.current.live) return undefined;
    if (isLive) {
      if (was.current.told) announce('Live again');
      was.current = { live: true, told: false };
      return undefined;
    }
    const timer = setTimeout(() => {
      if (document.hidden) return;
      was.current.told = true;
      announce('Not live: changes are asked for every 30 seconds');
    }, LOSS);
    return () => clearTimeout(timer);
  }, [isLive, announce]);
}

function Shown({ route }: { readonly route: Route }): JSX.Element {
  switch (route.view) {
    case 'requests':
      return <Requests open={route.id} />;
    case 'exchanges':
      return <Exchanges open={route.id} query={route.query} />;
    case 'sessions':
      return <Sessions open={route.id} />;
    case 'grants':
      return <Grants />;
    case 'policy':
      return <Policy />;
    case 'access':
      return <Access />;
  }
}

/** The fragment is the route, so the link moves the focus alone. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}
