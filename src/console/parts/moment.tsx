import type { JSX } from 'preact';

const FORM = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

const EXACT = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

/** The same to the second, for what happens many times a minute. */
export function ExactMoment({ at }: { readonly at: string }): JSX.Element {
  return (
    <time dateTime={at} title={at}>
      {EXACT.format(new Date(at))}
    </time>
  );
}

/** A moment in the reader's own time zone; the exact one is in the title. */
export function Moment({ at }: { readonly at: string }): JSX.Element {
  return (
    <time dateTime={at} title={at}>
      {FORM.format(new Date(at))}
    </time>
  );
}
