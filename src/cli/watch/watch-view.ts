import type { Instant } from '../../core/units.ts';
import { approvalRows, requestOf } from '../approvals/approval-rows.ts';
import { shownText } from '../shown-text.ts';
import { cut, type Terminal } from '../terminal.ts';
import { wrappedLines } from '../wrapped-lines.ts';
import type { WatchState } from './watch-state.ts';

export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly now: Instant;
  /** Of the admin API. */
  readonly origin: string;
  readonly isGone: boolean;
  readonly style: Terminal['style'];
}

/** Title, blank line; blank line, notice, keys. */
const AROUND = 5;

/** The lines of the terminal for one moment. */
export function watchView(state: WatchState, frame: Frame): string[] {
  const { width, height, origin, isGone, style } = frame;
  const count = state.items.length === 1 ? '1 request waits' : `${state.items.length} requests wait`;
  const title = `${count} for a decision  ${origin}${isGone ? '  does not answer; asking again' : ''}`;
  const room = Math.max(1, height - AROUND);
  const body = bodyLines(state, frame, room);
  return [
    style('bold', cut(title, width)),
    '',
    ...body,
    '',
    cut(shownText(state.notice), width),
    style('dim', cut(keys(state), width)),
  ];
}

function bodyLines(state: WatchState, frame: Frame, room: number): string[] {
  const { view } = state;
  if (view.kind === 'shown') {
    const lines = wrappedLines(view.lines, frame.width);
    const top = Math.min(view.top, Math.max(0, lines.length - room));
    return lines.slice(top, top + room);
  }
  if (view.kind === 'reason') return reasonLines(state, frame);
  return listLines(state, frame, room);
}

function reasonLines({ view, items }: WatchState, { width }: Frame): string[] {
  if (view.kind !== 'reason') return [];
  const approval = items.find(({ id }) => id === view.id);
  const about = approval === undefined ? 'It does not wait any more' : requestOf(approval);
  const verb = view.decision === 'approve' ? 'Approve' : 'Deny';
  return [...wrappedLines([`${verb} ${view.id}`, about, '', `Reason: ${shownText(view.text)}_`], width)];
}

function listLines({ items, chosen }: WatchState, { width, now, style }: Frame, room: number): string[] {
  if (items.length === 0) return ['  nothing waits'];
  const [head = '', ...rows] = approvalRows(items, now);
  const at = items.findIndex(({ id }) => id === chosen);
  const shown = Math.max(1, room - 1);
  const top = Math.max(0, Math.min(at - Math.floor(shown / 2), rows.length - shown));
  const lines = rows.map((row, index) => (index === at ? style('bold', cut(`> ${row}`, width)) : cut(`  ${row}`, width)));
  return [cut(`  ${head}`, width), ...lines.slice(top, top + shown)];
}

function keys({ view }: WatchState): string {
  if (view.kind === 'reason') return 'enter decides   esc goes back';
  if (view.kind === 'shown') return '↑↓ scroll   a approve   d deny   esc back   ctrl-c end';
  return '↑↓ choose   enter show   a approve   d deny   q end';
}
