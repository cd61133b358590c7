import type { JSX } from 'preact';
import type { TokenItem } from '../../admin/contract/people.ts';
import { useDeletion } from '../gateway/use-deletion.ts';
import { Confirmed } from '../parts/confirmed.tsx';
import { Moment } from '../parts/moment.tsx';
import { Foreign } from '../text/foreign.tsx';
import { scopeText } from './scope-text.ts';

interface TokenRowProps {
  readonly token: TokenItem;
  readonly onRevoked: () => void;
}

/** One token without its secret. */
export function TokenRow({ token, onRevoked }: TokenRowProps): JSX.Element {
  const { id, state, agent, person, role, createdAt, expiresAt, mintedBy } = token;
  const whose = agent ?? person ?? id;
  const revoke = useDeletion(`/v1/tokens/${id}`, 'The token is revoked.', onRevoked);
  return (
    <li class="with-action">
      <div>
        <span class={`chip ${state === 'valid' ? 'approved' : ''}`}>{state}</span>{' '}
        {agent === undefined ? <b>{role}</b> : <b>agent</b>} <Foreign text={whose} />{' '}
        {agent === undefined && <span class="faint">{scopeText(token)}</span>}
        <p class="faint">
          <code>{id}</code>, minted <Moment at={createdAt} />
          {mintedBy !== undefined && (
            <>
              {' '}
              by <Foreign text={mintedBy} />
            </>
          )}
          , ends <Moment at={expiresAt} />
        </p>
      </div>
      {state === 'valid' && (
        <Confirmed label="Revoke" title="Revoke this token?" act={revoke}>
          <p>
            The token of <Foreign text={whose} /> opens nothing any more, at once and for good. Sessions that were opened with
            it end with it.
          </p>
        </Confirmed>
      )}
    </li>
  );
}
