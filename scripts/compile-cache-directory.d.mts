export function compileCacheDirectory(directory: URL): string | undefined;
