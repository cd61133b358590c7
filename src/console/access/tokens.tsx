import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { MintAnswer, TokenItem } from '../../admin/contract/people.ts';
import { usePages } from '../gateway/use-pages.ts';
import { More } from '../parts/more.tsx';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import { MintForm } from './mint-form.tsx';
import { Minted } from './minted.tsx';
import { TokenRow } from './token-row.tsx';

/** Tokens of agents and people, and a form for a new one. */
export function Tokens(): JSX.Element {
  const { items, problem, hasMore, more, again } = usePages<TokenItem>('/v1/tokens?limit=50');
  const [minted, setMinted] = useState<MintAnswer>();
  // As they come, newest first, but those that open something before the others.
  const sorted = [...(items ?? [])].sort((a, b) => rank(a) - rank(b));
  const done = (token: MintAnswer): void => {
    setMinted(token);
    again();
  };
  return (
    <section class="card" aria-labelledby="tokens">
      <h2 id="tokens">Tokens</h2>
      {minted === undefined ? <MintForm onMinted={done} /> : <Minted minted={minted} onClose={() => setMinted(undefined)} />}
      {problem && <ProblemNotice problem={problem} again={again} />}
      {items?.length === 0 && !hasMore && <p class="faint">There is no token in your scope.</p>}
      <ul class="rules">
        {sorted.map((token) => (
          <TokenRow key={token.id} token={token} onRevoked={again} />
        ))}
      </ul>
      <More hasMore={hasMore} more={more} what="tokens" />
    </section>
  );
}

function rank({ state }: TokenItem): number {
  return state === 'valid' ? 0 : 1;
}
