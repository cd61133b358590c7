import type { CommandContext } from '../context.ts';

const A_TENTH = 0.1;

/** Tells a person who waits how far it is with the chain of a writer. */
function progressOf({ terminal }: CommandContext, writer: string): (done: number, total: number) => void {
  let told = 0;
  return (done, total) => {
    if (terminal.isInteractive !== true || done === total || done / total - told < A_TENTH) return;
    told = done / total;
    terminal.err(`${writer}: ${Math.floor(told * 100)} %`);
  };
}

/** The same for the chains of several writers, one after the other. */
export function progressByWriter(context: CommandContext): (writer: string, done: number, total: number) => void {
  const known = new Map<string, (done: number, total: number) => void>();
  return (writer, done, total) => {
    const tell = known.get(writer) ?? progressOf(context, writer);
    known.set(writer, tell);
    tell(done, total);
  };
}
