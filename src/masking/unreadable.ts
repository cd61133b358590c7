/**
 * Content that cannot be read the way its receiver would read it, so that nothing of it may be sent on. Not a defect:
 * filters throw it from `push` and `finish` because a half-filtered text has no other way out, and the caller turns it
 * into the code `unreadable_content`.
 */
export class UnreadableContent extends Error {
  override readonly name = 'UnreadableContent';
  /** What was found and what was expected, in one sentence without content. */
  readonly detail: string;

  constructor(detail: string) {
    super(detail);
    this.detail = detail;
  }
}
