import type { JSX } from 'preact';
import type { GrantItem } from '../../admin/contract/approvals.ts';
import { type Fact, Facts } from '../parts/facts.tsx';
import { placesText } from '../parts/place-facts.tsx';
import { Foreign } from '../text/foreign.tsx';
import { HostWarnings } from '../text/warnings.tsx';

/** What a grant lets pass without asking anybody again. */
export function Cover({ covers }: Pick<GrantItem, 'covers'>): JSX.Element {
  const { subject, rule, method, origin, path, places, entities } = covers;
  const facts: readonly Fact[] = [
    ['Requests of', <Foreign text={subject} />],
    ['Held by the rule', <Foreign text={rule} />],
    ['Like', <Foreign text={`${method} ${origin}${path}`} />],
    ['As long as it is in', <Foreign text={placesText(places)} />],
    ['Values that may be in it', entities.length === 0 ? 'none: only requests in which nothing is found' : entities.join(', ')],
  ];
  return (
    <>
      <Facts facts={facts} />
      <HostWarnings origin={origin} />
    </>
  );
}
