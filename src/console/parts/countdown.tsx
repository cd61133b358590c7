import type { JSX } from 'preact';
import { remainingText } from '../text/duration-text.ts';
import { useNow } from './use-now.ts';

const URGENT = 60_000;

interface CountdownProps {
  readonly until: string;
  /** Whether the word behind the time is seen, or only read out: where there is little room it is clear without it. */
  readonly isWordSeen?: boolean;
}

/** Time left until a deadline, in a box whose width does not change. It is not read out every second. */
export function Countdown({ until, isWordSeen = false }: CountdownProps): JSX.Element {
  const left = Date.parse(until) - useNow();
  return (
    <time class={left < URGENT ? 'countdown urgent' : 'countdown'} dateTime={until} title={`left until ${until}`}>
      {left > 0 ? remainingText(left) : 'over'}
      {left > 0 && <span class={isWordSeen ? undefined : 'unseen'}> left</span>}
    </time>
  );
}
