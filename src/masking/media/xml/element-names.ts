/** Elements of HTML that have no end tag. */
const VOID: ReadonlySet<string> = new Set('area base br col embed hr img input link meta param source track wbr'.split(' '));

/** How deep elements are followed; deeper ones count as content of the last of them. */
const MAX_DEPTH = 256;

/** Knows in which element a text stands, as far as tags are in order. */
export class ElementNames {
  readonly #open: string[] = [];

  /** Name of the innermost open element; empty where none is open. */
  get current(): string {
    return this.#open.at(-1) ?? '';
  }

  /** @param tag a whole tag, of either kind */
  pass(tag: string): void {
    const [, slash, name] = /^<(\/?)\s*([^\s/>]+)/.exec(tag) ?? [];
    if (name === undefined) return;
    if (slash === '/') {
      const depth = this.#open.lastIndexOf(name);
      if (depth >= 0) this.#open.length = depth;
    } else if (!tag.endsWith('/>') && !VOID.has(name.toLowerCase()) && this.#open.length < MAX_DEPTH) {
      this.#open.push(name);
    }
  }
}
