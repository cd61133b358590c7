import { styleText } from 'node:util';
import type { ApprovalAnswer } from '../../admin/contract/approvals.ts';
import { systemClock } from '../../app/system.ts';
import type { Milliseconds } from '../../core/units.ts';
import type { AdminApi } from '../api/admin-api.ts';
import type { ApiFailure } from '../api/api-failure.ts';
import { approvalLines } from '../approvals/approval-lines.ts';
import { decide, decidedLine } from '../approvals/decide.ts';
import type { Terminal } from '../terminal.ts';
import { followChanges } from './follow-changes.ts';
import { type Key, Screen } from './screen.ts';
import { WaitingList } from './waiting-list.ts';
import { NOTHING_YET, press, type WatchState, type Wish, withItems } from './watch-state.ts';
import { watchView } from './watch-view.ts';

/** Deadlines count down. */
const REDRAWN_EVERY: Milliseconds = 1000;

const style: Terminal['style'] = (format, text) => styleText(format, text);
/** Lines that are cut to the screen must have no styles in them. */
const PLAIN: Pick<Terminal, 'style'> = { style: (_format, text) => text };

/** The list on a terminal, until the person ends it; or why it ended. */
export async function watchOnScreen(
  api: AdminApi,
  { patience, signal }: { readonly patience: Milliseconds; readonly signal: AbortSignal },
): Promise<ApiFailure | undefined> {
  const ended = new AbortController();
  using watch = new ScreenWatch(api, () => ended.abort());
  const signs = followChanges(api, { patience, signal: AbortSignal.any([signal, ended.signal]) });
  for (;;) {
    const sign = await signs.next();
    if (sign.done === true) return sign.value;
    const failure = await watch.take(sign.value === 'gone');
    if (failure !== undefined) return failure;
  }
}

class ScreenWatch implements Disposable {
  readonly #api: AdminApi;
  readonly #onQuit: () => void;
  readonly #waiting = new WaitingList();
  readonly #screen: Screen;
  readonly #timer: NodeJS.Timeout;
  readonly #redraw = (): void => this.#draw();
  #state: WatchState = NOTHING_YET;
  #isGone = false;

  constructor(api: AdminApi, onQuit: () => void) {
    this.#api = api;
    this.#onQuit = onQuit;
    this.#screen = new Screen((key) => this.#press(key));
    this.#timer = setInterval(this.#redraw, REDRAWN_EVERY);
    process.stdout.on('resize', this.#redraw);
    this.#draw();
  }

  /** Takes over what has changed; why it cannot go on, where it cannot. */
  async take(isGone: boolean): Promise<ApiFailure | undefined> {
    this.#isGone = isGone;
    if (!isGone) {
      const changes = await this.#waiting.refresh(this.#api);
      if (!changes.ok && changes.failure.isPassing === undefined) return changes.failure;
      this.#state = withItems(this.#state, this.#waiting.items);
    }
    this.#draw();
    return undefined;
  }

  #press(key: Key): void {
    const { state, wish } = press(this.#state, key);
    this.#state = state;
    this.#draw();
    if (wish?.kind === 'quit') this.#onQuit();
    else if (wish !== undefined) void this.#grant(wish);
  }

  async #grant(wish: Exclude<Wish, { kind: 'quit' }>): Promise<void> {
    if (wish.kind === 'show') {
      const found = await this.#api.get<ApprovalAnswer>(`/v1/approvals/${wish.id}`);
      const { id } = wish;
      this.#state = found.ok
        ? { ...this.#state, view: { kind: 'shown', id, lines: approvalLines(found.value, PLAIN, systemClock.now()), top: 0 } }
        : { ...this.#state, notice: found.failure.sentence };
    } else {
      const decided = await decide(this.#api, wish.id, wish.verdict);
      const notice = decided.ok ? decidedLine(decided.value, wish.verdict.decision) : decided.failure.sentence;
      this.#state = { ...this.#state, notice };
    }
    this.#draw();
  }

  #draw(): void {
    const { width, height } = this.#screen;
    const frame = { width, height, now: systemClock.now(), origin: this.#api.base.origin, isGone: this.#isGone, style };
    this.#screen.draw(watchView(this.#state, frame));
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    process.stdout.off('resize', this.#redraw);
    this.#screen[Symbol.dispose]();
  }
}
