/** The kinds of nodes that the table of settings is made of, each with its description. */
import * as Type from 'typebox/type';
import type { TArray, TObject, TProperties, TSchema, TUnsafe } from 'typebox/type';
import type { Bytes, Milliseconds } from '../core/units.ts';
import type { SettingAnnotations } from './setting-node.ts';
import type { SocketAddress, TextKind } from './setting-text.ts';

/** A group of settings. */
export function section<P extends TProperties>(description: string, members: P, more: SettingAnnotations = {}): TObject<P> {
  return Type.Object(members, { description, additionalProperties: false, ...more });
}

/** Text that means something; `reads` says what. */
export function written<T>(reads: TextKind, description: string, more: SettingAnnotations = {}): TUnsafe<T> {
  return Type.Unsafe<T>({ type: 'string', reads, description, ...more });
}

/** Text as it is. */
export const text = (description: string, more?: SettingAnnotations): TUnsafe<string> =>
  written<string>('text', description, more);
/** A path, read as absolute. */
export const path = (description: string, more?: SettingAnnotations): TUnsafe<string> =>
  written<string>('path', description, more);
/** A country, a set, or a cloud region. */
export const place = (description: string, more?: SettingAnnotations): TUnsafe<string> =>
  written<string>('place', description, more);
/** An http or https URL, printed without what may be secret in it. */
export const url = (description: string, more?: SettingAnnotations): TUnsafe<string> =>
  written<string>('url', description, { secret: true, ...more });
/** A secret itself, which nothing prints. */
export const secret = (description: string): TUnsafe<string> => written<string>('secret', description);
/** A duration, in milliseconds. */
export const duration = (fallback: string, description: string): TUnsafe<Milliseconds> =>
  written<Milliseconds>('duration', description, { default: fallback });
/** A size, in bytes. */
export const size = (fallback: string, description: string): TUnsafe<Bytes> =>
  written<Bytes>('size', description, { default: fallback });
/** Where to listen. */
export const address = (description: string): TUnsafe<SocketAddress> => written<SocketAddress>('listen', description);

/** Several of a kind. */
export function list<T extends TSchema>(items: T, description: string, more: SettingAnnotations = {}): TArray<T> {
  return Type.Array(items, { description, maxItems: 1000, ...more });
}

/** One of these words. */
export function choice<const V extends string>(values: readonly V[], description: string, fallback?: V): TUnsafe<V> {
  return Type.Unsafe<V>({ type: 'string', enum: values, description, ...(fallback !== undefined && { default: fallback }) });
}
