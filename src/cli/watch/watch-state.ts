import type { ApprovalSummary } from '../../admin/contract/approvals.ts';
import { LONGEST_REASON } from '../../core/approval/approver.ts';
import type { Verdict } from '../approvals/decide.ts';
import type { Key } from './screen.ts';

/** What a person at the terminal looks at. */
export type View =
  | { readonly kind: 'list' }
  | { readonly kind: 'shown'; readonly id: string; readonly lines: readonly string[]; readonly top: number }
  | { readonly kind: 'reason'; readonly id: string; readonly decision: Verdict['decision']; readonly text: string };

export interface WatchState {
  readonly items: readonly ApprovalSummary[];
  /** By id: what comes and goes beside it must not put another one under the key. */
  readonly chosen?: string;
  readonly view: View;
  /** What came of the last key. */
  readonly notice: string;
}

/** What a key asks for beside another state. */
export type Wish =
  | { readonly kind: 'quit' }
  | { readonly kind: 'show'; readonly id: string }
  | { readonly kind: 'decide'; readonly id: string; readonly verdict: Verdict };

interface Pressed {
  readonly state: WatchState;
  readonly wish?: Wish;
}

export const NOTHING_YET: WatchState = { items: [], view: { kind: 'list' }, notice: '' };

/** What waits now. The choice stays with its request; where that is gone nothing is chosen until somebody chooses. */
export function withItems(state: WatchState, items: readonly ApprovalSummary[]): WatchState {
  const { chosen, ...rest } = state;
  const isFirst = state.items.length === 0 && state.view.kind === 'list';
  const kept = items.some(({ id }) => id === chosen) ? chosen : isFirst ? items[0]?.id : undefined;
  return { ...rest, items, ...(kept !== undefined && { chosen: kept }) };
}

/** What a key does. */
export function press(state: WatchState, key: Key): Pressed {
  if (key.ctrl && (key.name === 'c' || key.name === 'd')) return { state, wish: { kind: 'quit' } };
  switch (state.view.kind) {
    case 'reason':
      return pressInReason(state, state.view, key);
    case 'shown':
      return pressInShown(state, state.view, key);
    case 'list':
      return pressInList(state, key);
  }
}

function pressInList(state: WatchState, { name, text }: Key): Pressed {
  const { chosen } = state;
  if (text === 'q') return { state, wish: { kind: 'quit' } };
  if (name === 'up' || text === 'k') return { state: move(state, -1) };
  if (name === 'down' || text === 'j') return { state: move(state, 1) };
  if (chosen === undefined) return { state };
  if (name === 'return') return { state, wish: { kind: 'show', id: chosen } };
  return { state: askReason(state, chosen, text) };
}

function pressInShown(state: WatchState, view: Extract<View, { kind: 'shown' }>, { name, text }: Key): Pressed {
  if (name === 'escape' || name === 'return' || text === 'q') return { state: { ...state, view: { kind: 'list' } } };
  const step = name === 'down' || text === 'j' ? 1 : name === 'up' || text === 'k' ? -1 : 0;
  if (step === 0) return { state: askReason(state, view.id, text) };
  const top = Math.min(Math.max(0, view.top + step), Math.max(0, view.lines.length - 1));
  return { state: { ...state, view: { ...view, top } } };
}

function askReason(state: WatchState, id: string, text: string): WatchState {
  if (text !== 'a' && text !== 'd') return state;
  const decision = text === 'a' ? 'approve' : 'deny';
  return { ...state, view: { kind: 'reason', id, decision, text: '' }, notice: '' };
}

function pressInReason(state: WatchState, view: Extract<View, { kind: 'reason' }>, { name, text }: Key): Pressed {
  const list: WatchState = { ...state, view: { kind: 'list' } };
  if (name === 'escape') return { state: { ...list, notice: 'nothing was decided' } };
  if (name === 'backspace') return { state: { ...state, view: { ...view, text: view.text.replace(/.$/su, '') } } };
  if (name !== 'return') {
    // Pasted control characters are no part of a reason.
    const typed = `${view.text}${text.replaceAll(/\p{Cc}/gu, '')}`.slice(0, LONGEST_REASON);
    return { state: { ...state, view: { ...view, text: typed } } };
  }
  const reason = view.text.trim();
  if (reason === '') return { state: { ...state, notice: 'a decision needs a reason; esc goes back' } };
  return { state: list, wish: { kind: 'decide', id: view.id, verdict: { decision: view.decision, reason } } };
}

function move(state: WatchState, step: number): WatchState {
  const { items, chosen } = state;
  const at = items.findIndex(({ id }) => id === chosen);
  const next = items[at === -1 ? 0 : Math.min(Math.max(0, at + step), items.length - 1)];
  return next === undefined ? state : { ...state, chosen: next.id, notice: '' };
}
