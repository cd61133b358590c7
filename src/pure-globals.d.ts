/**
 * What pure code may use beyond the ECMAScript library. Everything here is deterministic: text coding and URL parsing.
 * Clocks, randomness, sockets and files arrive as arguments instead.
 */
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(input?: Uint8Array, options?: { stream?: boolean }): string;
}
declare class TextEncoder {
  encode(input?: string): Uint8Array<ArrayBuffer>;
}
declare class URL {
  constructor(url: string, base?: string);
  readonly hostname: string;
  readonly href: string;
}
declare function atob(text: string): string;
