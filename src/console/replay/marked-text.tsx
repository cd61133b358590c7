import type { JSX } from 'preact';
import { Foreign } from '../text/foreign.tsx';

/**
 * What masking leaves in place of a value: `REDACTED_EMAIL`, or a token, `EMAIL_k7v2x9rtm4bc`. It goes by its form, so an agent
 * that writes such a word itself has it marked: it can add marks, and take none away.
 */
const MASKED = /REDACTED_[A-Z0-9]+(?:_[A-Z0-9]+)*|[A-Z][A-Z0-9_]{0,31}_[b-df-hj-km-np-tv-z][2-9b-df-hj-km-np-tv-z]{11}/g;

/** Text of somebody else, as text only, with what was masked marked by kind. */
export function MarkedText({ text }: { readonly text: string }): JSX.Element {
  const runs: JSX.Element[] = [];
  let from = 0;
  for (const { 0: masked, index } of text.matchAll(MASKED)) {
    if (index > from) runs.push(<Foreign key={from} text={text.slice(from, index)} layout />);
    runs.push(
      <mark key={index} title={`masked: ${kindOf(masked)}`}>
        {masked}
      </mark>,
    );
    from = index + masked.length;
  }
  if (from < text.length) runs.push(<Foreign key={from} text={text.slice(from)} layout />);
  return <>{runs}</>;
}

function kindOf(masked: string): string {
  const label = masked.startsWith('REDACTED_') ? masked.slice('REDACTED_'.length) : masked.slice(0, masked.lastIndexOf('_'));
  return label.toLowerCase().replaceAll('_', '-');
}
