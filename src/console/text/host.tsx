import type { JSX } from 'preact';
import { Foreign } from './foreign.tsx';
import { hostWarnings } from './host-warnings.ts';

/** What is said about a host whose ASCII form stands for something else. */
export function HostWarnings({ origin }: { readonly origin: string }): JSX.Element | null {
  const warnings = hostWarnings(origin);
  if (warnings.length === 0) return null;
  return (
    <ul class="host-warnings">
      {warnings.map((warning) => (
        <li key={warning}>
          <Foreign text={warning} as="prose" />
        </li>
      ))}
    </ul>
  );
}
