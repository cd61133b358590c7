import type { JSX } from 'preact';
import { useCallback, useId, useMemo } from 'preact/hooks';
import type { ContentMessage } from '../../admin/contract/exchange-content.ts';
import { useSeat } from '../gateway/use-gateway.ts';
import { Choice } from '../parts/choice.tsx';
import { Foreign } from '../text/foreign.tsx';
import { sizeText } from '../text/size-text.ts';
import { MarkedText } from './marked-text.tsx';
import { type Player, usePlayer } from './use-player.ts';

const UNREAD: Readonly<Record<string, string>> = {
  opaque: 'It is an image, an archive or an unknown medium: nobody here reads it.',
  unreadable: 'Its coding or charset cannot be undone here.',
  partial: 'It is a part of something: values may lie across its ends.',
};
const CUT: Readonly<Record<string, string>> = {
  limit: 'There was more: the limit of the record was reached.',
  unreadable: 'It could not be read any further.',
  aborted: 'It broke off.',
};
const SPEEDS = ['1×', '4×', '16×'] as const;

interface RecordedMessageProps {
  readonly title: string;
  readonly message: ContentMessage;
}

/** One message as it passed: fields, content as text, and what is to be said of it. */
export function RecordedMessage({ title, message }: RecordedMessageProps): JSX.Element {
  const { fields, trailers = [], pieces, unread, cut, detail, passed = 0, omittedFields = 0 } = message;
  const { announce } = useSeat();
  const heading = useId();
  const moments = useMemo(() => pieces.map(({ at }) => at), [pieces]);
  const player = usePlayer(
    moments,
    useCallback(() => announce(`${title}: played to its end`), [announce, title]),
  );
  const start = moments[0] ?? 0;
  const shown = pieces.filter(({ at }) => at - start <= player.position);
  return (
    <div>
      <h3 id={heading}>{title}</h3>
      <Lines summary={`${fields.length + omittedFields} fields`} lines={fields} />
      {unread !== undefined && (
        <p class="notice">
          {UNREAD[unread]} {sizeText(passed)} passed.
        </p>
      )}
      {moments.length > 1 && <Controls of={title} player={player} />}
      {pieces.length > 0 && (
        <pre class="preview" tabIndex={0} aria-labelledby={heading}>
          <MarkedText text={shown.map(({ text }) => text).join('')} />
        </pre>
      )}
      {pieces.length === 0 && unread === undefined && <p class="faint">It has no content.</p>}
      {cut !== undefined && <p class="notice">{CUT[cut]}</p>}
      {detail !== undefined && (
        <p class="faint">
          <Foreign text={detail} as="prose" />
        </p>
      )}
      {trailers.length > 0 && <Lines summary={`${trailers.length} trailers`} lines={trailers} />}
    </div>
  );
}

function Lines({ summary, lines }: { readonly summary: string; readonly lines: ContentMessage['fields'] }): JSX.Element {
  return (
    <details>
      <summary>{summary}</summary>
      <pre class="preview">
        <MarkedText text={lines.map(({ name, value }) => `${name}: ${value}`).join('\n')} />
      </pre>
    </details>
  );
}

function Controls({ of, player }: { readonly of: string; readonly player: Player }): JSX.Element {
  const { position, length, isPlaying, speed, play, pause, seek, setSpeed } = player;
  const told = `${secondsText(position)} of ${secondsText(length)}`;
  return (
    <div class="player" role="group" aria-label={`Replay of ${of}`}>
      <button type="button" onClick={isPlaying ? pause : play}>
        {isPlaying ? 'Pause' : 'Play'}
      </button>
      <input
        type="range"
        min={0}
        max={length}
        step={1}
        value={position}
        aria-label="Position"
        aria-valuetext={told}
        onInput={(event) => seek(event.currentTarget.valueAsNumber)}
      />
      <span class="faint" aria-hidden="true">
        {told}
      </span>
      <Choice
        label="Speed"
        options={SPEEDS}
        chosen={`${speed}×` as (typeof SPEEDS)[number]}
        onChoose={(chosen) => setSpeed(Number.parseInt(chosen, 10))}
      />
    </div>
  );
}

function secondsText(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
