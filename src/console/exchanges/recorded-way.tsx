import type { JSX } from 'preact';
import type { ExchangeSummary } from '../../admin/contract/exchanges.ts';
import { Way } from '../parts/way.tsx';
import { Foreign } from '../text/foreign.tsx';

/** Where it went or would have gone, and on which basis it left home; nothing where nobody asked. */
export function RecordedWay({
  home,
  places,
  transfer,
}: Pick<ExchangeSummary, 'home' | 'places' | 'transfer'>): JSX.Element | null {
  if (home === undefined || places === undefined) return null;
  return (
    <Way home={home} places={places} leaves={transfer !== undefined}>
      {transfer !== undefined && (
        <>
          , <Foreign text={transfer} />
        </>
      )}
    </Way>
  );
}
