import { createHash, type Hash } from 'node:crypto';
import type { RecordedHead, SocketMessage } from '../../recording/content/sealed-content.ts';
import { MessageCopy } from '../../transform/recorded/message-copy.ts';
import { previewMasking } from '../../transform/preview/preview-masking.ts';
import type { SecretPatterns } from '../../transform/scrubbing/secret-scrubber.ts';
import type { MessageTap } from '../../transform/websocket/message-tap.ts';
import type { Bytes, Milliseconds } from '../../core/units.ts';
import type { PartMeans, PartRecording } from './part-recording.ts';

/** Records the messages of one side of a WebSocket: texts masked, of others size and keyed digest, each as a line of JSON. */
export class MessageRecording implements MessageTap {
  readonly #part: PartRecording;
  readonly #means: PartMeans;
  readonly #copy: MessageCopy;
  #decoder: InstanceType<typeof TextDecoder> | undefined;
  #binary: { readonly at: Milliseconds; readonly digest: Hash; size: Bytes } | undefined;

  /** @param secrets that were put into the handshake */
  constructor(part: PartRecording, means: PartMeans, head: RecordedHead, secrets: SecretPatterns | undefined) {
    const masking = previewMasking(means.search).of('content')!;
    this.#part = part;
    this.#means = means;
    this.#copy = new MessageCopy(
      { masking, secrets },
      {
        text: (at, masked, isWhole) => this.#text(at, masked, isWhole),
        unread: (at, message) => this.#unread(at, 1, message.length, createHash('sha256').update(message)),
      },
    );
    part.beginMessages(head);
  }

  text(message: Uint8Array): void {
    this.#part.passes(message.length);
    if (!this.#part.isOpen) return;
    this.#copy.text(this.#now(), message);
  }

  binary(piece: Uint8Array, isLast: boolean): void {
    this.#part.passes(piece.length);
    if (!this.#part.isOpen) return;
    const binary = (this.#binary ??= { at: this.#now(), digest: createHash('sha256'), size: 0 });
    binary.digest.update(piece);
    binary.size += piece.length;
    if (!isLast) return;
    this.#binary = undefined;
    this.#copy.behind(() => this.#unread(binary.at, 2, binary.size, binary.digest));
  }

  ready(): Promise<void> | undefined {
    if (this.#means.isReady()) return undefined;
    return new Promise((resolve) => this.#means.whenReady(resolve));
  }

  /** No more comes. */
  end(): void {
    this.#copy.finish();
    this.#part.end();
  }

  #text(at: Milliseconds, masked: Uint8Array, isWhole: boolean): void {
    // A part of a message may end within a character.
    const decoder = (this.#decoder ??= new TextDecoder());
    const data = decoder.decode(masked, { stream: !isWhole });
    if (isWhole) this.#decoder = undefined;
    this.#record({ at, opcode: 1, data, ...(!isWhole && { more: true }) });
  }

  #unread(at: Milliseconds, opcode: SocketMessage['opcode'], size: Bytes, digest: Hash): void {
    this.#record({ at, opcode, size, digest: this.#means.keyedDigest(digest.digest('hex')) });
  }

  #record(message: SocketMessage): void {
    this.#part.line(Buffer.from(`${JSON.stringify(message)}\n`));
  }

  #now(): Milliseconds {
    return Math.round(this.#means.elapsed());
  }
}
