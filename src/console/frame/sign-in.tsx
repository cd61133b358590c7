import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { MeAnswer, SignInWays } from '../../admin/contract/people.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { Problem } from '../gateway/problem.ts';
import { ProblemNotice } from '../parts/problem-notice.tsx';

interface SignInProps {
  readonly gateway: Gateway;
  /** A session was open and is no more. */
  readonly hasEnded: boolean;
  readonly onSignedIn: (me: MeAnswer) => void;
}

/** The door: a token, or the identity provider where there is one. */
export function SignIn({ gateway, hasEnded, onSignedIn }: SignInProps): JSX.Element {
  const [ways, setWays] = useState<SignInWays>();
  useEffect(() => {
    document.title = 'Sign in · Cordon';
    void gateway.get<SignInWays>('/v1/sign-in').then((answer) => answer.ok && setWays(answer.value));
  }, [gateway]);
  return (
    <main class="sign-in">
      <h1>
        <span class="wordmark">Cordon</span> Sign in
      </h1>
      {hasEnded && (
        <p class="notice" role="status">
          Your session has ended. Sign in again; nothing that was decided is lost.
        </p>
      )}
      {ways?.oidc === true && <Organisation href="/v1/sign-in/oidc" text="Sign in with your organisation" />}
      {ways?.saml === true && (
        <Organisation href="/v1/sign-in/saml" text={`Sign in with your organisation${ways.oidc ? ' (SAML)' : ''}`} />
      )}
      <TokenForm gateway={gateway} onSignedIn={onSignedIn} />
    </main>
  );
}

function Organisation({ href, text }: { readonly href: string; readonly text: string }): JSX.Element {
  return (
    <p>
      <a class="button primary" href={href}>
        {text}
      </a>
    </p>
  );
}

function TokenForm({ gateway, onSignedIn }: Omit<SignInProps, 'hasEnded'>): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState<Problem>();
  const [isBusy, setBusy] = useState(false);
  useEffect(() => field.current?.focus(), []);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const token = field.current?.value.trim() ?? '';
    if (token === '' || isBusy) return;
    setBusy(true);
    const answer = await gateway.signIn(token);
    setBusy(false);
    if (answer.ok) return onSignedIn(answer.value);
    setProblem(answer.problem);
    field.current?.select();
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <label for="token">Token</label>
      <input
        id="token"
        ref={field}
        type="password"
        autocomplete="off"
        spellcheck={false}
        required
        maxLength={255}
        aria-describedby="token-hint"
      />
      <p id="token-hint" class="hint">
        A token of a person. The very first start puts one for an admin into <code>data/admin-token</code>; later ones are made
        with <code>cordon token mint --person … --role …</code>
      </p>
      {problem && <ProblemNotice problem={problem} />}
      <button class="primary" type="submit" disabled={isBusy}>
        Sign in
      </button>
    </form>
  );
}
