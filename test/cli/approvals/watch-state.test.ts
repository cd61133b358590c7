import { describe, expect, it } from 'vitest';
import type { ApprovalSummary } from '../../../src/admin/contract/approvals.ts';
import type { Key } from '../../../src/cli/watch/screen.ts';
import { NOTHING_YET, press, type WatchState, withItems } from '../../../src/cli/watch/watch-state.ts';
import { watchView } from '../../../src/cli/watch/watch-view.ts';

const approval = (id: string): ApprovalSummary => ({
  id,
  state: 'pending',
  agent: 'bot',
  home: 'eu',
  owners: [],
  method: 'POST',
  target: `https://api.example/${id}`,
  origin: 'https://api.example:443',
  places: { entry: 'US', processing: 'US', storage: 'global' },
  rules: [{ rule: 'ask', by: ['privacy'], quorum: 2, approvals: 1, stepUp: false }],
  createdAt: '2026-11-27T10:00:00.000Z',
  expiresAt: '2026-11-27T10:30:00.000Z',
});
const [A, B, C] = ['a', 'b', 'c'].map((letter) => approval(letter.repeat(36))) as [
  ApprovalSummary,
  ApprovalSummary,
  ApprovalSummary,
];
const text = (typed: string): Key => ({ name: undefined, text: typed, ctrl: false });
const named = (name: string): Key => ({ name, text: '', ctrl: false });
const pressed = (state: WatchState, ...keys: readonly Key[]): WatchState =>
  keys.reduce((before, key) => press(before, key).state, state);
const FRAME = {
  width: 60,
  height: 12,
  now: Date.parse('2026-11-27T10:10:00Z'),
  origin: 'http://127.0.0.1:3129',
  isGone: false,
  style: (_: unknown, shown: string) => shown,
};

describe('watchState', () => {
  it('keeps the choice with its request, whatever comes and goes beside it', () => {
    const state = pressed(withItems(NOTHING_YET, [A, B]), named('down'));
    expect(state.chosen).toBe(B.id);
    expect(withItems(state, [C, A, B]).chosen).toBe(B.id);
    // No other request slides under the key of who is about to decide.
    const gone = withItems(state, [A, C]);
    expect(gone.chosen).toBeUndefined();
    expect(press(gone, text('a'))).toEqual({ state: gone });
    expect(press(gone, named('return')).wish).toBeUndefined();
  });

  it('decides on what was chosen when the reason was begun, and not without a reason', () => {
    const asking = pressed(withItems(NOTHING_YET, [A, B]), text('d'));
    expect(press(asking, named('return'))).toEqual({
      state: { ...asking, notice: 'a decision needs a reason; esc goes back' },
    });
    const typed = pressed(withItems(asking, [B]), text('n'), text('🙂'), named('backspace'), text('o'), text('\u0007'));
    expect(press(typed, named('return')).wish).toEqual({
      kind: 'decide',
      id: A.id,
      verdict: { decision: 'deny', reason: 'no' },
    });
    expect(press(typed, named('escape')).state.view).toEqual({ kind: 'list' });
  });

  it('takes letters of a reason for nothing else, and ends with Ctrl-C everywhere', () => {
    const asking = pressed(withItems(NOTHING_YET, [A]), text('a'), text('q'), text('d'));
    expect(asking.view).toMatchObject({ kind: 'reason', decision: 'approve', text: 'qd' });
    expect(press(asking, { name: 'c', text: '', ctrl: true }).wish).toEqual({ kind: 'quit' });
    expect(press(NOTHING_YET, text('q')).wish).toEqual({ kind: 'quit' });
  });
});

describe('watchView', () => {
  it('fits the terminal and marks the choice', () => {
    const many = Array.from({ length: 40 }, (_, index) => approval(String(index).padStart(36, '0')));
    const state = pressed(withItems(NOTHING_YET, many), ...Array.from({ length: 20 }, () => named('down')));
    const lines = watchView(state, FRAME);
    expect(lines).toHaveLength(FRAME.height);
    expect(lines.every((line) => line.length <= FRAME.width)).toBe(true);
    expect(lines.filter((line) => line.startsWith('> '))).toEqual([expect.stringContaining(' pending  in 20m  bo')]);
  });

  it('wraps what is shown whole, so that nothing is cut off, and scrolls', () => {
    const long = 'x'.repeat(150);
    const view = { kind: 'shown', id: A.id, lines: [...Array.from({ length: 9 }, () => 'line'), long], top: 0 } as const;
    const state = { ...withItems(NOTHING_YET, [A]), view };
    const seen = watchView(pressed(state, ...Array.from({ length: 9 }, () => named('down'))), FRAME);
    expect(seen.join('')).toContain('x'.repeat(60));
    expect(
      seen
        .filter((line) => /^ *x+$/.test(line))
        .map((line) => line.trim())
        .join(''),
    ).toBe(long);
  });
});
