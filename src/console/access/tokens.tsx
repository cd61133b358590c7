import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { MintAnswer, TokensAnswer } from '../../admin/contract/people.ts';
import { useAnswer } from '../gateway/use-answer.ts';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import { MintForm } from './mint-form.tsx';
import { Minted } from './minted.tsx';
import { TokenRow } from './token-row.tsx';

/** Tokens of agents and people, and a form for a new one. */
export function Tokens(): JSX.Element {
  const { value, problem, again } = useAnswer<TokensAnswer>('/v1/tokens');
  const [minted, setMinted] = useState<MintAnswer>();
  const sorted = [...(value?.items ?? [])].sort((a, b) => rank(a) - rank(b) || b.createdAt.localeCompare(a.createdAt));
  const done = (token: MintAnswer): void => {
    setMinted(token);
    again();
  };
  return (
    <section class="card" aria-labelledby="tokens">
      <h2 id="tokens">Tokens</h2>
      {minted === undefined ? <MintForm onMinted={done} /> : <Minted minted={minted} onClose={() => setMinted(undefined)} />}
      {problem && <ProblemNotice problem={problem} again={again} />}
      {value?.items.length === 0 && <p class="faint">There is no token in your scope.</p>}
      <ul class="rules">
        {sorted.map((token) => (
          <TokenRow key={token.id} token={token} onRevoked={again} />
        ))}
      </ul>
    </section>
  );
}

/** Those that open something come first. */
function rank({ state }: TokensAnswer['items'][number]): number {
  return state === 'valid' ? 0 : 1;
}
