import type { JSX } from 'preact';
import { remainingText } from '../text/duration-text.ts';
import { useNow } from './use-now.ts';

const URGENT = 60_000;

/** Time left until a deadline, in a box whose width does not change. It is not read out every second. */
export function Countdown({ until, label }: { readonly until: string; readonly label: string }): JSX.Element {
  const left = Date.parse(until) - useNow();
  return (
    <time class={left < URGENT ? 'countdown urgent' : 'countdown'} dateTime={until} title={`${label} ${until}`}>
      <span class="unseen">{label} </span>
      {left > 0 ? remainingText(left) : 'over'}
    </time>
  );
}
