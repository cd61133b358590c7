/** Groups that a policy may name (contract §4); an entity may be in several. `pii` is made of four of them. */
export type EntityGroup = 'contact' | 'national-id' | 'payment' | 'network' | 'health' | 'secrets' | 'crypto';

/**
 * How much a form proves by itself. `A`: found anywhere. `B`: found where a context word of the entity stands before it in
 * the same text, or names the field it is in. What proves nothing by itself is found by the name of its field alone: see
 * {@link Entity.fields}.
 */
export type Tier = 'A' | 'B';

/**
 * Whether a candidate is what it looks like: a checksum, a date, a range of issuers.
 *
 * @param text letters and digits of the candidate in ASCII, upper-case, separators left out, in `text[0]` to `text[length - 1]`;
 * valid during the call only
 */
export type Check = (text: Uint8Array, length: number) => boolean;

/** A form of fixed length. */
export interface Shape {
  /**
   * One character each: `#` a digit, `@` a letter, `*` a letter or a digit, `^` a capital, `&` a capital or a digit; any other
   * stands for itself, letters in either case. Separators are among `-`, space, `.`, `/`, `+`, `:`. A form without two digits
   * in a row is looked for everywhere, so it should ask for capitals.
   */
  readonly form: string;
  readonly tier: Tier;
  /** Absent: the form is all there is. */
  readonly check?: Check;
}

/** A form that begins with a text of its own and goes on with certain characters: most kinds of secrets. */
export interface TokenForm {
  /**
   * A regular expression of literal characters, classes such as `[A-Za-z0-9_-]` and counts `{20}`, `{20,40}`, `?`, `+`; no
   * groups, no alternatives. A repeated class must not contain the character that comes next. Case matters.
   */
  readonly pattern: string;
  /** Default A. */
  readonly tier?: Tier;
  /** The bytes as they stand, not upper-cased, separators included. */
  readonly check?: Check;
}

/** What the value of a field must be like to count, where the name of the field alone tells that it is one. */
export interface FieldForm {
  /**
   * Last words of a field name, lower-case, without separators: `apikey` stands for `apiKey`, `API_KEY`, `x-api-key`. A name
   * that goes on after them (`password_length`) is another field.
   */
  readonly names: readonly string[];
  /**
   * `any`: whatever the value is, spaces included. `word`: one word, as {@link FieldForm.check} says. `opaque`: one word of at least `min` characters that holds a digit, as keys
   * and tokens do. `date`: a date. `digits`: digits alone.
   */
  readonly value: 'any' | 'word' | 'opaque' | 'date' | 'digits';
  readonly min: number;
  readonly max: number;
  /** The bytes of the value as they stand. */
  readonly check?: Check;
}

/** A kind of personal or secret value: a row of the catalogue. */
export interface Entity {
  /** As the policy names it. */
  readonly id: string;
  readonly groups: readonly EntityGroup[];
  /** What it is, for a person. */
  readonly title: string;
  readonly shapes?: readonly Shape[];
  readonly tokens?: readonly TokenForm[];
  readonly fields?: readonly FieldForm[];
  /**
   * Words or short phrases, lower-case, of which one must stand before a tier B form. Accents are ignored on both sides;
   * `tax id` stands for `taxId` and `tax_id` as well.
   */
  readonly context: readonly string[];
  /** Who defines the scheme: a standard, a law, an authority, a vendor's page. */
  readonly source: string;
  /** Texts in each of which exactly one value must be found; the value stands between `«` and `»`. */
  readonly specimens: readonly string[];
  /** Texts in which nothing of this kind may be found. */
  readonly counterExamples: readonly string[];
}
