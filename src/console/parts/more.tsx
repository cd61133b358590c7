import type { JSX } from 'preact';

/** The button under a list that has more. */
export function More({
  hasMore,
  more,
  what,
}: {
  readonly hasMore: boolean;
  readonly more: () => void;
  readonly what: string;
}): JSX.Element | null {
  if (!hasMore) return null;
  return (
    <button type="button" class="more" onClick={more}>
      Show older {what}
    </button>
  );
}
