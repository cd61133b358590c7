import type { ComponentChildren, JSX } from 'preact';
import type { ExchangeSummary } from '../../admin/contract/exchanges.ts';
import { Foreign } from '../text/foreign.tsx';
import { placesText } from './place-facts.tsx';

interface WayProps {
  readonly home: string;
  readonly places: NonNullable<ExchangeSummary['places']>;
  /** A transfer takes it out of its home. */
  readonly leaves: boolean;
  /** What more there is to say of it. */
  readonly children?: ComponentChildren;
}

/** `eu → US`: where the data is at home and where it goes; all places that differ are named. */
export function Way({ home, places, leaves, children }: WayProps): JSX.Element {
  return (
    <span class={leaves ? 'way leaves' : 'way'}>
      <span class="unseen">from home </span>
      <Foreign text={home} />
      <span aria-hidden="true"> → </span>
      <span class="unseen"> to </span>
      <Foreign text={placesText(places)} />
      {children}
    </span>
  );
}
