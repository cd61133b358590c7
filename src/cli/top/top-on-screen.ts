import { systemClock } from '../../app/system.ts';
import type { Instant, Milliseconds } from '../../core/units.ts';
import type { AdminApi } from '../api/admin-api.ts';
import type { ApiFailure } from '../api/api-failure.ts';
import type { Terminal } from '../terminal.ts';
import { type Key, Screen } from '../watch/screen.ts';
import { followReadings } from './follow-readings.ts';
import type { Reading } from './reading.ts';
import { topView } from './top-view.ts';

/** What happens now on a terminal, until the person ends it; or why it ended. */
export async function topOnScreen(
  api: AdminApi,
  { every, signal }: { readonly every: Milliseconds; readonly signal: AbortSignal },
  terminal: Pick<Terminal, 'style'>,
): Promise<ApiFailure | undefined> {
  const ended = new AbortController();
  using screen = new TopScreen(api.base.origin, terminal, () => ended.abort());
  const readings = followReadings(api, { every, signal: AbortSignal.any([signal, ended.signal]) });
  for (;;) {
    const next = await readings.next();
    if (next.done === true) return next.value;
    screen.take(next.value);
  }
}

class TopScreen implements Disposable {
  readonly #origin: string;
  readonly #terminal: Pick<Terminal, 'style'>;
  readonly #screen: Screen;
  readonly #redraw = (): void => this.#draw();
  /** The last one stays where the gateway is gone. */
  #reading: Reading | undefined;
  #goneSince: Instant | undefined;

  constructor(origin: string, terminal: Pick<Terminal, 'style'>, onQuit: () => void) {
    this.#origin = origin;
    this.#terminal = terminal;
    this.#screen = new Screen((key) => {
      if (isQuit(key)) onQuit();
    });
    process.stdout.on('resize', this.#redraw);
    this.#draw();
  }

  take(told: Reading | 'gone'): void {
    if (told === 'gone') this.#goneSince ??= systemClock.now();
    else {
      this.#reading = told;
      this.#goneSince = undefined;
    }
    this.#draw();
  }

  #draw(): void {
    const { width, height } = this.#screen;
    const gone = this.#goneSince !== undefined && { goneSince: this.#goneSince };
    const frame = { width, height, now: systemClock.now(), origin: this.#origin, terminal: this.#terminal, ...gone };
    this.#screen.draw(topView(this.#reading, frame));
  }

  [Symbol.dispose](): void {
    process.stdout.off('resize', this.#redraw);
    this.#screen[Symbol.dispose]();
  }
}

function isQuit({ text, ctrl, name }: Key): boolean {
  return text === 'q' || (ctrl && (name === 'c' || name === 'd'));
}
