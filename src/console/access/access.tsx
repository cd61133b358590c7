import type { JSX } from 'preact';
import { useHeading } from '../parts/use-heading.ts';

export function Access(): JSX.Element {
  const heading = useHeading('Access');
  return (
    <h1 ref={heading} tabIndex={-1}>
      Access
    </h1>
  );
}
