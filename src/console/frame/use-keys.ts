import { useLayoutEffect } from 'preact/hooks';
import { isText } from './typist.ts';

export type Keys = Readonly<Record<string, () => void>>;

/**
 * Single keys, wherever the focus is but in a field or a dialogue, and never with a modifier: those belong to browser and
 * screen reader (WCAG 2.2 §2.1.4 asks that they can be turned off: the help does it). What somebody writes is none of them,
 * wherever the focus is.
 */
export function useKeys(keys: Keys): void {
  // Before anything is seen of the view whose keys they are: who presses one at once means it.
  useLayoutEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
      if (event.key !== 'Escape' && (isText(event) || !areKeysOn())) return;
      // While a decision is on its way its button is disabled and nothing has the focus: keys are still meant for it.
      if (document.querySelector('dialog[open], form[aria-busy="true"]') !== null) return;
      const action = keys[event.key];
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, [keys]);
}

const OFF = 'cordon-keys-off';

export function areKeysOn(): boolean {
  return localStorage.getItem(OFF) === null;
}

export function turnKeys(on: boolean): void {
  if (on) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, '1');
}
