import type { JSX } from 'preact';
import type { GrantItem } from '../../admin/contract/approvals.ts';
import { Foreign } from '../text/foreign.tsx';
import { HostWarnings } from '../text/host.tsx';

/** What a grant lets pass without asking anybody again. */
export function Cover({ covers }: Pick<GrantItem, 'covers'>): JSX.Element {
  const { subject, rule, method, origin, path, places, entities } = covers;
  const place = [...new Set(Object.values(places))].join(', ');
  const facts: readonly (readonly [string, JSX.Element | string])[] = [
    ['Requests of', <Foreign text={subject} />],
    ['Held by the rule', <Foreign text={rule} />],
    ['Like', <Foreign text={`${method} ${origin}${path}`} />],
    ['As long as it is in', <Foreign text={place} />],
    ['Values that may be in it', entities.length === 0 ? 'none: only requests in which nothing is found' : entities.join(', ')],
  ];
  return (
    <>
      <dl class="facts">
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <HostWarnings origin={origin} />
    </>
  );
}
