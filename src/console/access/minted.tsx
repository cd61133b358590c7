import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { MintAnswer } from '../../admin/contract/people.ts';
import { Foreign } from '../text/foreign.tsx';

interface MintedProps {
  readonly minted: MintAnswer;
  readonly onClose: () => void;
}

/** The text of a new token, the only time that it can be seen. */
export function Minted({ minted, onClose }: MintedProps): JSX.Element {
  const [label, setLabel] = useState('Copy');
  const title = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => title.current?.focus(), []);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(minted.token);
      setLabel('Copied');
    } catch {
      setLabel('The browser does not let it be copied: select it');
    }
  };
  return (
    <div class="notice good">
      <h3 ref={title} tabIndex={-1}>
        Token of <Foreign text={minted.agent ?? minted.person ?? ''} />
      </h3>
      <p>It is shown this once and kept nowhere. Whoever has it is taken for its holder.</p>
      <p>
        <output class="secret">
          <Foreign text={minted.token} />
        </output>
      </p>
      <div class="buttons">
        <button type="button" onClick={() => void copy()}>
          {label}
        </button>
        <button type="button" onClick={onClose}>
          Done
        </button>
      </div>
    </div>
  );
}
