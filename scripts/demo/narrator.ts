import { styleText } from 'node:util';
import { shownText } from '../../src/cli/shown-text.ts';

type Colour = 'green' | 'red' | 'yellow' | 'cyan';

/** Tells what happens, in few lines. */
export class Narrator {
  #scenes = 0;

  say(...lines: readonly string[]): void {
    for (const line of lines) process.stdout.write(`${line}\n`);
  }

  title(text: string): void {
    this.say('', styleText('bold', text));
  }

  /** The agent does something. */
  scene(what: string, request: string): void {
    this.#scenes += 1;
    this.say('', `${styleText('bold', `${this.#scenes}  ${what}`)}  ${styleText('dim', request)}`);
  }

  /** What the gateway makes of it. */
  verdict(colour: Colour, word: string, because: string): void {
    this.say(`   ${styleText(['bold', colour], word.padEnd(10))} ${shownText(because)}`);
  }

  /** Something that can be compared with the line before or after it. */
  detail(name: string, text: string): void {
    this.say(`   ${styleText('dim', name.padEnd(10))} ${shownText(text)}`);
  }

  complain(text: string): void {
    process.stderr.write(`cordon demo: ${text}\n`);
  }
}
