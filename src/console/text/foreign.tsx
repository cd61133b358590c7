import type { JSX } from 'preact';
import { visibleRuns } from './visible-text.ts';

interface ForeignProps {
  /** Written by an agent, a peer or a policy: never trusted to show itself. */
  readonly text: string;
  /** `code`: characters in the order in which they are sent, whatever their direction. `prose`: as people write it. */
  readonly as?: 'code' | 'prose';
  /** Whether line ends and tabs stay what they are. */
  readonly layout?: boolean;
}

/** Text of somebody else, as text only: what cannot be seen, or turns the direction, is written out. */
export function Foreign({ text, as = 'code', layout = false }: ForeignProps): JSX.Element {
  return (
    <bdi class={`foreign ${as}`}>
      {visibleRuns(text, layout).map((run) =>
        run.hidden === undefined ? (
          run.text
        ) : (
          <span class="escape" title={`${run.text}: ${run.hidden}`}>
            {run.text}
          </span>
        ),
      )}
    </bdi>
  );
}
