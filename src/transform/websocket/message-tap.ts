/** Sees the messages of one side of a WebSocket as they pass, before anything in them is replaced. */
export interface MessageTap {
  /** @param message in UTF-8; must not change any more */
  text(message: Uint8Array): void;
  /** A piece of a binary message, as it is once its compression is undone. */
  binary(piece: Uint8Array, isLast: boolean): void;
  /** Resolves when more may come. */
  ready(): Promise<void> | undefined;
}
