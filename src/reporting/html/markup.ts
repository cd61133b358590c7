import { escapeDeceptive } from '../../wire/quote.ts';

/** Text that is HTML already. Only {@link html} makes it, so that nothing reaches a page unescaped. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | Markup | readonly Part[];

/**
 * HTML from a template. Whatever is put into it is escaped, in elements and in quoted attributes alike; what is invisible or
 * would turn the direction of writing is shown as an escape.
 */
export function html(template: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  let text = template[0]!;
  for (const [index, part] of parts.entries()) text += shown(part) + template[index + 1]!;
  return new Markup(text);
}

export const NOTHING: Markup = new Markup('');

function shown(part: Part): string {
  if (part instanceof Markup) return part.text;
  if (typeof part === 'object') return part.map(shown).join('');
  return escapeDeceptive(String(part)).replaceAll(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}
