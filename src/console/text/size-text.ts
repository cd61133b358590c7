const KIB = 1024;
const MIB = 1024 * KIB;

/** A number of bytes as people read it: `512 bytes`, `8.0 KiB`, `4.8 MiB`. */
export function sizeText(bytes: number): string {
  if (bytes < KIB) return `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`;
  return bytes < MIB ? `${(bytes / KIB).toFixed(1)} KiB` : `${(bytes / MIB).toFixed(1)} MiB`;
}
