import type { JSX } from 'preact';
import type { ExchangeSummary } from '../../admin/contract/exchanges.ts';
import { Foreign } from '../text/foreign.tsx';

/** `eu → US`: where the data is at home, and where it went or would have gone. */
export function Way({ home, places, transfer }: Pick<ExchangeSummary, 'home' | 'places' | 'transfer'>): JSX.Element | null {
  if (home === undefined || places === undefined) return null;
  const { entry, processing, storage } = places;
  return (
    <span class={transfer === undefined ? 'way' : 'way leaves'}>
      <span class="unseen">from home </span>
      <Foreign text={home} />
      <span aria-hidden="true"> → </span>
      <span class="unseen"> to </span>
      <Foreign text={[...new Set([entry, processing, storage])].join(', ')} />
      {transfer !== undefined && (
        <>
          , <Foreign text={transfer} />
        </>
      )}
    </span>
  );
}
