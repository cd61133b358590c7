const GRPC = 'application/grpc';

/**
 * Whether content of this type is gRPC messages: their call needs HTTP/2 from end to end. gRPC-Web is another type and needs
 * nothing.
 * @param mediaType in lower case and without parameters
 * @source gRPC over HTTP/2, "Requests"
 */
export function isGrpc(mediaType: string): boolean {
  return mediaType === GRPC || mediaType.startsWith(`${GRPC}+`);
}

/** The status that a call ended with, by the value of `grpc-status`; undefined where it is none. */
export function grpcStatus(value: string | undefined): number | undefined {
  return value !== undefined && /^\d{1,2}$/.test(value) ? Number(value) : undefined;
}
