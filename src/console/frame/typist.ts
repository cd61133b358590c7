import { useEffect, useLayoutEffect } from 'preact/hooks';

/**
 * Somebody who writes looks at what they write about, not at the field: it may not be there yet, and it may be gone from under
 * the hand, with others having decided meanwhile. The rest of the sentence must not be taken for shortcuts then, which open
 * another request, a form for it, and write on in there. So who has begun to write goes on writing until an act ends it.
 */
let isWriting = false;
/** Asked at every key: what is drawn may be behind. */
let isMeant = (): boolean => false;

/** Whether this key belongs to something that is being written. */
export function isText(event: KeyboardEvent): boolean {
  return isWriting || isMeant() || isField(event.target);
}

/** Follows who writes, ahead of the fields that keep their keys to themselves. */
export function useTypist(): void {
  useEffect(() => {
    addEventListener('keydown', followKey, true);
    addEventListener('click', stop, true);
    return () => {
      removeEventListener('keydown', followKey, true);
      removeEventListener('click', stop, true);
    };
  }, []);
}

/**
 * Says when keys are meant for a form though none may be there: it is on its way, or what it said is.
 * @param meant the same function at every call
 */
export function useTyping(meant: () => boolean): void {
  useLayoutEffect(() => {
    isMeant = meant;
    return () => {
      isMeant = () => false;
    };
  }, [meant]);
}

function followKey(event: KeyboardEvent): void {
  const { key, ctrlKey, metaKey, altKey, target } = event;
  const isModified = ctrlKey || metaKey || altKey;
  if (key === 'Escape' || key === 'Tab' || (key === 'Enter' && isModified)) stop();
  else if (key.length === 1 && !isModified && (isMeant() || isField(target))) isWriting = true;
}

/** By pointer, by key or by a screen reader: whoever activates something does not go on writing. */
function stop(): void {
  isWriting = false;
}

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}
