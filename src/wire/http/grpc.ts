const GRPC = 'application/grpc';
const ENVELOPED = /^application\/(?:grpc|grpc-web|grpc-web-text|connect)(?:\+|$)/;

/**
 * Whether content of this type is gRPC messages: their call needs HTTP/2 from end to end. gRPC-Web is another type and needs
 * nothing.
 * @param mediaType in lower case and without parameters
 * @source gRPC over HTTP/2, "Requests"
 */
export function isGrpc(mediaType: string): boolean {
  return mediaType === GRPC || mediaType.startsWith(`${GRPC}+`);
}

/**
 * Whether content of this type is messages, each behind a prefix that tells its length and whether it is compressed: gRPC,
 * gRPC-Web and streams of Connect. That their messages are JSON (`+json`) makes no JSON of it.
 * @param mediaType in lower case and without parameters
 * @source gRPC over HTTP/2, "Length-Prefixed-Message"; Connect, "Streaming RPCs"
 */
export function isEnveloped(mediaType: string): boolean {
  return ENVELOPED.test(mediaType);
}

/** Where a client says which codings its messages may come in, each for itself. */
export const MESSAGE_CODINGS_ACCEPTED: ReadonlySet<string> = new Set(['grpc-accept-encoding', 'connect-accept-encoding']);
/** And where an answer says which one its messages are in. */
export const MESSAGE_CODINGS: readonly string[] = ['grpc-encoding', 'connect-content-encoding'];

/** The status that a call ended with, by the value of `grpc-status`; undefined where it is none. */
export function grpcStatus(value: string | undefined): number | undefined {
  return value !== undefined && /^\d{1,2}$/.test(value) ? Number(value) : undefined;
}
