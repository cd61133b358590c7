import { emitKeypressEvents } from 'node:readline';

/** A key as it was pressed: its name where it has one, and the text that it stands for. */
export interface Key {
  readonly name: string | undefined;
  readonly text: string;
  readonly ctrl: boolean;
}

interface Keypress {
  readonly name?: string;
  readonly ctrl?: boolean;
  readonly meta?: boolean;
}

const ENTER = '\u001B[?1049h\u001B[?25l\u001B[?7l';
const LEAVE = '\u001B[?7h\u001B[?25h\u001B[?1049l';
/** One frame is shown at once, by terminals that can (synchronised output, DEC private mode 2026). */
const BEGIN = '\u001B[?2026h\u001B[H';
const END = '\u001B[?2026l';
/** Written over in place: a screen that is cleared first flickers. */
const CLEAR_LINE = '\u001B[2K';
const CLEAR_BELOW = '\r\n\u001B[J';

/** The whole terminal for as long as it is open: its second screen, no cursor, no line breaks of its own, and every key. */
export class Screen implements Disposable {
  readonly #listener: (text: string | undefined, key: Keypress) => void;

  constructor(onKey: (key: Key) => void) {
    this.#listener = (text, { name, ctrl = false, meta = false }) => {
      onKey({ name, ctrl, text: ctrl || meta ? '' : (text ?? '') });
    };
    emitKeypressEvents(process.stdin);
    process.stdin.setRawMode(true).on('keypress', this.#listener).resume();
    process.stdout.write(ENTER);
  }

  get width(): number {
    return process.stdout.columns;
  }

  get height(): number {
    return process.stdout.rows;
  }

  /** Shows these lines, from the top, and nothing else. */
  draw(lines: readonly string[]): void {
    const shown = lines.slice(0, this.height).map((line) => `${CLEAR_LINE}${line}`);
    const rest = shown.length < this.height ? CLEAR_BELOW : '';
    process.stdout.write(`${BEGIN}${shown.join('\r\n')}${rest}${END}`);
  }

  [Symbol.dispose](): void {
    process.stdin.off('keypress', this.#listener).setRawMode(false).pause();
    process.stdout.write(LEAVE);
  }
}
