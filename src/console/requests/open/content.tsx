import type { JSX, RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ApprovalAnswer } from '../../../admin/contract/approvals.ts';
import { Foreign } from '../../text/foreign.tsx';
import { TextWarnings } from '../../text/warnings.tsx';
import { sizeText } from '../../text/size-text.ts';
import { Findings } from '../findings.tsx';

/** What is in the request, masked whatever leaves: as text, whatever it claims to be. */
export function Content({ request }: { readonly request: ApprovalAnswer }): JSX.Element {
  const { mediaType, size, preview, previewCut, findings, unmasked = [] } = request;
  return (
    <section aria-labelledby="content">
      <h3 id="content">Content</h3>
      <dl class="facts">
        <div>
          <dt>Media type</dt>
          <dd>{mediaType === undefined ? 'It has no content' : <Foreign text={mediaType} />}</dd>
        </div>
        {size !== undefined && (
          <div>
            <dt>Size</dt>
            <dd>{sizeText(size)}</dd>
          </div>
        )}
        <div>
          <dt>Found in the request</dt>
          <dd>
            <Findings findings={findings} />
            {unmasked.length > 0 && (
              <p class="notice">
                Leaves unmasked, as no rule masks it: <b>{unmasked.join(', ')}</b>. It is masked here alone.
              </p>
            )}
          </dd>
        </div>
      </dl>
      {mediaType !== undefined && <Preview preview={preview} isCut={previewCut === true} />}
    </section>
  );
}

interface PreviewProps {
  readonly preview: string | undefined;
  readonly isCut: boolean;
}

function Preview({ preview, isCut }: PreviewProps): JSX.Element {
  if (preview === undefined)
    return <p class="notice">The content cannot be shown: nobody here can read it. Decide without it, or deny.</p>;
  return <Text preview={preview} isCut={isCut} />;
}

function Text({ preview, isCut }: PreviewProps & { readonly preview: string }): JSX.Element {
  const [box, isLonger] = useLongerThanBox();
  return (
    <>
      <h4 id="preview">{isCut ? 'Beginning, shown masked' : 'All of it, shown masked'}</h4>
      {isCut && (
        <p class="notice">This is the beginning alone. You decide on all of it, and there is more that is not shown.</p>
      )}
      {isLonger && <p class="notice">There is more below what you see in the box: scroll in it, to its end.</p>}
      <pre class="preview" ref={box} tabIndex={0} role="group" aria-labelledby="preview">
        <Foreign text={preview} layout />
      </pre>
      <TextWarnings text={preview} />
    </>
  );
}

/** Whether there is more in a box than it has room for; where scrollbars are hidden until somebody scrolls, nothing else tells. */
function useLongerThanBox(): readonly [RefObject<HTMLPreElement | null>, boolean] {
  const box = useRef<HTMLPreElement>(null);
  const [isLonger, setLonger] = useState(false);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => setLonger(element.scrollHeight > element.clientHeight + 1));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [box, isLonger];
}
