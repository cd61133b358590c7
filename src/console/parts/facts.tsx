import type { ComponentChildren, JSX } from 'preact';

export type Fact = readonly [label: string, value: ComponentChildren];

/** What is known of something, a line each. */
export function Facts({ facts }: { readonly facts: readonly Fact[] }): JSX.Element {
  return (
    <dl class="facts">
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
