import { createHash, type Hash } from 'node:crypto';
import type { FieldLines } from '../../core/exchange/exchange.ts';
import type { RawFields } from '../../core/exchange/reply-sink.ts';
import type { ContentEvent, MessageSide, UnreadBecause } from '../../core/exchange/record.ts';
import type { Bytes, Milliseconds } from '../../core/units.ts';
import { PIECE_BYTES, type ContentPiece } from '../../recording/content/content-recorder.ts';
import type { ContentNotes, RecordedHead } from '../../recording/content/sealed-content.ts';
import type { CodingMemory } from '../../transform/codings/coding-memory.ts';
import type { ContentTap } from '../../transform/content/tapped-content.ts';
import { recordedSentence } from '../../transform/masking/recorded-text.ts';
import type { PreviewSearch } from '../../transform/preview/preview-masking.ts';
import { openMaskedCopy, type CopiedMessage, type MaskedCopy } from '../../transform/recorded/masked-copy.ts';
import { fieldValue } from '../../wire/http/fields.ts';
import { TextBuffer } from './text-buffer.ts';

/** What a part is recorded with. */
export interface PartMeans {
  readonly search: PreviewSearch;
  readonly memory: CodingMemory;
  /** Most text that is recorded. */
  readonly limit: Bytes;
  /** Since the exchange began. */
  elapsed(): Milliseconds;
  /** Of a text, so that only this installation can tell what it was; hex. */
  keyedDigest(text: string): string;
  /** Fields as they may be recorded. */
  recorded(fields: RawFields): FieldLines;
  append(piece: ContentPiece): Promise<void>;
  /** The record is not behind. */
  isReady(): boolean;
  /** Calls once when it is not any more. */
  whenReady(listener: () => void): void;
}

/** How long text waits for more before it is recorded: a stream is replayed at its own pace, in steps of this. */
const COMPANY: Milliseconds = 100;

/** Records one message: its head, then its content as it passes, in pieces. */
export class PartRecording implements ContentTap {
  readonly #side: MessageSide;
  readonly #means: PartMeans;
  readonly #text = new TextBuffer();
  /** Absent where nobody reads the content, or not any further. */
  #copy: MaskedCopy | undefined;
  /** Of all that passed, as long as it may turn out that nobody can read it. */
  #digest: Hash | undefined;
  #unread: UnreadBecause | undefined;
  #cut: ContentEvent['cut'];
  /** Said of the part, and not recorded yet. */
  #notes: ContentNotes = {};
  #trailers: FieldLines | undefined;
  #index = 0;
  /** Text that was taken, recorded or not. */
  #taken: Bytes = 0;
  #passed: Bytes = 0;
  /** When what is recorded next began to pass. */
  #at: Milliseconds = 0;
  #timer: NodeJS.Timeout | undefined;
  #appended: Promise<void> = Promise.resolve();
  #state: 'open' | 'ending' | 'ended' = 'open';
  readonly #ended = Promise.withResolvers<void>();

  constructor(side: MessageSide, means: PartMeans) {
    this.#side = side;
    this.#means = means;
  }

  /** @param head as it is recorded */
  begin(message: CopiedMessage, head: RecordedHead): void {
    const { search, memory } = this.#means;
    this.#at = this.#means.elapsed();
    this.#notes = { head, mediaType: essenceOf(fieldValue(head.fields, 'content-type')) };
    const copy = openMaskedCopy(message, search, memory, {
      text: (bytes) => this.#take(bytes),
      end: () => this.#finish(),
      unreadable: (detail) => this.#readNoFurther(detail),
    });
    if (copy.ok) this.#copy = copy.value;
    else this.#leaveUnread(copy.failure.because, copy.failure.detail);
    // Codings are undone later than they pass: what turns out to be broken then has its digest.
    if (!copy.ok || copy.value.isLate) this.#digest = createHash('sha256');
    this.#recordSoon();
  }

  /** Messages of a WebSocket follow instead of content: {@link passes} and {@link line} instead of {@link push}. */
  beginMessages(head: RecordedHead): void {
    this.#at = this.#means.elapsed();
    this.#notes = { head, form: 'messages' };
    this.#recordSoon();
  }

  /** Whether more may be recorded. */
  get isOpen(): boolean {
    return this.#state === 'open' && this.#cut === undefined;
  }

  passes(bytes: Bytes): void {
    this.#passed += bytes;
  }

  /** Records a line, whole or not at all. */
  line(line: Uint8Array): void {
    if (!this.isOpen) return;
    if (line.length > this.#means.limit - this.#taken) this.#cut = 'limit';
    else this.#take(line);
  }

  push(bytes: Uint8Array): boolean {
    if (this.#state !== 'open') return true;
    const isFirst = this.#passed === 0;
    this.#passed += bytes.length;
    const isCaughtUp = this.#copy?.push(bytes) ?? true;
    // That nobody can read it shows in its first piece, as a rule.
    if (isFirst && this.#unread !== undefined) this.#digest ??= createHash('sha256');
    this.#digest?.update(bytes);
    return isCaughtUp && this.#means.isReady();
  }

  whenReady(listener: () => void): void {
    if (!this.#means.isReady()) this.#means.whenReady(() => this.whenReady(listener));
    else if (this.#copy === undefined) listener();
    else this.#copy.whenReady(listener);
  }

  end(trailers: RawFields = []): void {
    if (this.#state !== 'open') return;
    if (trailers.length > 0) this.#trailers = this.#means.recorded(trailers);
    this.#state = 'ending';
    if (this.#copy === undefined) this.#finish();
    else this.#copy.end();
  }

  abort(): void {
    if (this.#state !== 'open') return;
    this.#copy?.stop();
    this.#cut ??= 'aborted';
    this.#finish();
  }

  /** Ends it, where nobody did; resolves when all of it is recorded, or cannot be. */
  async settled(): Promise<void> {
    this.abort();
    await this.#ended.promise;
    await this.#appended;
  }

  #take(bytes: Uint8Array): boolean {
    const room = this.#means.limit - this.#taken;
    const taken = bytes.subarray(0, room);
    if (this.#text.length === 0 && this.#notes.head === undefined) this.#at = this.#means.elapsed();
    this.#taken += taken.length;
    this.#text.add(taken);
    while (this.#text.length >= PIECE_BYTES) this.#record(this.#text.take(PIECE_BYTES));
    if (bytes.length > room) {
      this.#cut = 'limit';
      this.#letGo();
      if (this.#state === 'ending') this.#finish();
      return true;
    }
    if (this.#text.length > 0) this.#recordSoon();
    if (this.#means.isReady()) return true;
    this.#means.whenReady(() => this.#copy?.resume());
    return false;
  }

  #readNoFurther(detail: string): void {
    this.#letGo();
    if (this.#taken === 0) this.#leaveUnread('unreadable', detail);
    else {
      this.#cut = 'unreadable';
      this.#notes = { ...this.#notes, detail: recordedSentence(detail) };
    }
    if (this.#state === 'ending') this.#finish();
  }

  #leaveUnread(because: UnreadBecause, detail: string | undefined): void {
    this.#unread = because;
    if (detail !== undefined) this.#notes = { ...this.#notes, detail: recordedSentence(detail) };
  }

  /** Reads no further; what was read is recorded with what comes to be said at the end. */
  #letGo(): void {
    this.#copy?.stop();
    this.#copy = undefined;
  }

  #recordSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#record(this.#text.take(PIECE_BYTES));
    }, COMPANY);
  }

  #finish(): void {
    this.#state = 'ended';
    // What masks it is large, and what is written last may be waited for.
    this.#copy = undefined;
    const isRead = this.#unread === undefined && this.#cut !== 'unreadable';
    if (!isRead && this.#passed > 0 && this.#digest !== undefined)
      this.#notes = { ...this.#notes, digest: this.#means.keyedDigest(this.#digest.digest('hex')) };
    if (this.#trailers !== undefined) this.#notes = { ...this.#notes, trailers: this.#trailers };
    this.#record(this.#text.take(PIECE_BYTES), {
      last: true,
      passed: this.#passed,
      unread: this.#passed > 0 ? this.#unread : undefined,
      cut: this.#cut,
    });
    this.#ended.resolve();
  }

  #record(text: Uint8Array, ending: Pick<ContentPiece, 'last' | 'passed' | 'unread' | 'cut'> = {}): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const notes = this.#notes;
    this.#notes = {};
    const piece = { part: this.#side, index: this.#index++, at: Math.round(this.#at), ...ending, notes, text };
    this.#appended = this.#means.append(piece);
  }
}

/** @param contentType masked */
function essenceOf(contentType: string | undefined): string | undefined {
  return contentType?.split(';', 1)[0]?.trim().toLowerCase();
}
