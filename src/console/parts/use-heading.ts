import type { Ref } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/** Gives the focus to the heading of what was opened, so that the next key and the screen reader start there. */
export function useHeading(title: string): Ref<HTMLHeadingElement> {
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => {
    document.title = `${title} · Cordon`;
    heading.current?.focus();
  }, [title]);
  return heading;
}
