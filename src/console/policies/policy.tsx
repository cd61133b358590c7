import type { JSX } from 'preact';
import { useHeading } from '../parts/use-heading.ts';

export function Policy(): JSX.Element {
  const heading = useHeading('Policy');
  return (
    <h1 ref={heading} tabIndex={-1}>
      Policy
    </h1>
  );
}
