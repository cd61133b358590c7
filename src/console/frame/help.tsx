import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Dialog } from '../parts/dialog.tsx';
import { areKeysOn, turnKeys } from './use-keys.ts';

const KEYS: readonly (readonly [key: string, does: string])[] = [
  ['j', 'Next request'],
  ['k', 'Request before'],
  ['Enter', 'Open the request that has the focus'],
  ['a', 'Approve it: asks for your reason first'],
  ['g', 'Approve and grant: shows what it would cover first'],
  ['d', 'Deny it: asks for your reason first'],
  ['Esc', 'Close, or go back to the list'],
  ['?', 'This help'],
];

/** The keys, and whether they do anything. */
export function Help({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const [isOn, setOn] = useState(areKeysOn());
  const turn = (on: boolean): void => {
    turnKeys(on);
    setOn(on);
  };
  return (
    <Dialog title="Keys" onClose={onClose}>
      <dl class="keys">
        {KEYS.map(([key, does]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <p class="faint">
        Who has begun to write a reason goes on writing until Esc, Tab or a click, even if others were quicker.
      </p>
      <label class="check">
        <input type="checkbox" checked={isOn} onChange={(event) => turn(event.currentTarget.checked)} /> Single keys do
        something in this browser
      </label>
      <button type="button" onClick={onClose}>
        Close
      </button>
    </Dialog>
  );
}
