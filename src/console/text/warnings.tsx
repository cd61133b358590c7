import type { JSX } from 'preact';
import { Foreign } from './foreign.tsx';
import { hostWarnings } from './host-warnings.ts';
import { textWarnings } from './text-warnings.ts';

/** What is said about a host whose ASCII form stands for something else. */
export function HostWarnings({ origin }: { readonly origin: string }): JSX.Element | null {
  return <Warnings warnings={hostWarnings(origin)} />;
}

/** What is said about words that may be read as others. */
export function TextWarnings({ text }: { readonly text: string }): JSX.Element | null {
  return <Warnings warnings={textWarnings(text)} />;
}

function Warnings({ warnings }: { readonly warnings: readonly string[] }): JSX.Element | null {
  if (warnings.length === 0) return null;
  return (
    <ul class="warnings">
      {warnings.map((warning) => (
        <li key={warning}>
          <Foreign text={warning} as="prose" />
        </li>
      ))}
    </ul>
  );
}
