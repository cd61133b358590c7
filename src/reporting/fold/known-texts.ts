/** Of one subject and one host: as many as the addresses of a host and the rules about it make. */
const MOST_OF_HOST = 16;
/** In all. */
const ROOM = 16_384;

/**
 * Remembers what a text stands for. Texts are long and few, and to look one up by its hash takes ten times as long as to
 * compare it with the ones that were seen under the same short names before.
 */
export class KnownTexts<T> {
  readonly #bySubject = new Map<string, Map<string, { readonly text: string; readonly value: T }[]>>();
  #size = 0;

  find(subject: string, host: string, text: string): T | undefined {
    const known = this.#bySubject.get(subject)?.get(host);
    if (known === undefined) return undefined;
    for (const each of known) if (each.text === text) return each.value;
    return undefined;
  }

  remember(subject: string, host: string, { text, value }: { readonly text: string; readonly value: T }): void {
    if (this.#size >= ROOM) {
      this.#bySubject.clear();
      this.#size = 0;
    }
    const hosts = this.#bySubject.get(subject) ?? new Map<string, { readonly text: string; readonly value: T }[]>();
    const known = hosts.get(host) ?? [];
    if (known.length >= MOST_OF_HOST) known.shift();
    else this.#size += 1;
    known.push({ text, value });
    hosts.set(host, known);
    this.#bySubject.set(subject, hosts);
  }
}
