import { openNote, type NoteSigner, type NoteVerifier } from './signed-note.ts';

/** A writer whose chain lies in a store. */
export interface KnownWriter {
  /** The purpose of the key that signs checkpoints there: it stays when the store is named or put otherwise. */
  readonly store: string;
  readonly writer: string;
  /** Leaves that its tree has at least. */
  readonly size: number;
}

/** A signed statement about which chains there are: that one is gone with all of its directory nothing else would tell. */
export interface WriterList {
  /** RFC 3339. */
  readonly time: string;
  readonly writers: readonly KnownWriter[];
}

const ORIGIN = 'cordon/writers';
const LINE = /^writer (\S{1,255}) ([a-z0-9][a-z0-9-]{0,63}) (0|[1-9]\d{0,15})$/;

/** Whether a note says that it is such a list, and no checkpoint. */
export function isWriterList(note: string): boolean {
  return note.startsWith(`${ORIGIN}\n`);
}

export function signWriterList(signer: NoteSigner, { time, writers }: WriterList): string {
  const lines = writers.map(({ store, writer, size }) => `writer ${store} ${writer} ${size}\n`);
  return signer.sign(`${ORIGIN}\ntime ${time}\n${lines.join('')}`);
}

/**
 * Reads a list and who signed it.
 * @param verifiers those of whom one has to have signed it; where there are none, anybody may
 * @returns a sentence where it is none
 */
export function readWriterList(note: string, verifiers: readonly NoteVerifier[]): WriterList | string {
  const opened = openNote(note, verifiers, 'list of writers');
  if (typeof opened === 'string') return opened;
  const [origin, time, ...lines] = opened.text.trimEnd().split('\n');
  if (origin !== ORIGIN || time?.startsWith('time ') !== true) return 'Found a note that is no list of writers';
  const writers: KnownWriter[] = [];
  for (const line of lines) {
    const [, store, writer, size] = LINE.exec(line) ?? [];
    if (store === undefined || writer === undefined) return 'Found a list of writers with a line that names none';
    writers.push({ store, writer, size: Number(size) });
  }
  return { time: time.slice('time '.length), writers };
}
