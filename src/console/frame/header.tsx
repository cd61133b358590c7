import type { JSX } from 'preact';
import type { MeAnswer } from '../../admin/contract/people.ts';
import { scopeText } from '../access/scope-text.ts';
import { Foreign } from '../text/foreign.tsx';
import { addressOf, type View, VIEWS } from './use-route.ts';

interface HeaderProps {
  readonly me: MeAnswer;
  readonly view: View;
  readonly isLive: boolean;
  readonly onSignOut: () => void;
  readonly onHelp: () => void;
}

const LABELS: Readonly<Record<View, string>> = {
  requests: 'Requests',
  exchanges: 'Exchanges',
  sessions: 'Sessions',
  grants: 'Grants',
  policy: 'Policy',
  access: 'Access',
};

/** Where one is, who one is, and whether what is shown is current. */
export function Header({ me, view, isLive, onSignOut, onHelp }: HeaderProps): JSX.Element {
  const views = VIEWS.filter((each) => each !== 'access' || me.role === 'admin');
  return (
    <header>
      <span class="wordmark">Cordon</span>
      <nav aria-label="Views">
        {views.map((each) => (
          <a key={each} href={addressOf({ view: each })} {...(each === view && { 'aria-current': 'page' as const })}>
            {LABELS[each]}
          </a>
        ))}
      </nav>
      <div class="who">
        <span
          class={isLive ? 'live' : 'live lost'}
          title={isLive ? 'Changes are shown as they happen' : 'Asked again every 30 seconds, and when you come back'}
        >
          {isLive ? 'Live' : 'Not live'}
        </span>
        <span>
          <Foreign text={me.person} /> <span class="role">{me.role}</span> <span class="scope">{scopeText(me)}</span>
        </span>
        <button type="button" class="quiet" onClick={onHelp}>
          Help <kbd aria-hidden="true">?</kbd>
        </button>
        <button type="button" class="quiet" onClick={onSignOut}>
          Sign out
        </button>
      </div>
    </header>
  );
}
