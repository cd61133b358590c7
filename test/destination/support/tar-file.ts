/** One member of a test archive. */
export interface TarEntry {
  readonly name: string;
  readonly content?: string | Uint8Array;
  /** Type flag; default `0`, a regular file. */
  readonly type?: string;
  readonly prefix?: string;
  /** Written instead of the octal length. */
  readonly size?: string;
  /** Default: the magic of POSIX, `ustar` and version 00. */
  readonly magic?: string;
}

/** An archive as tar writes it: a header and padded content per member, two blank blocks, padded to `record` bytes. */
export function tarFile(entries: readonly TarEntry[], record = 10_240): Buffer {
  const blocks = entries.flatMap((entry) => {
    const content = Buffer.from(entry.content ?? '');
    return [headerOf(entry, content.length), content, Buffer.alloc(-content.length & 511)];
  });
  const archive = Buffer.concat([...blocks, Buffer.alloc(1024)]);
  return Buffer.concat([archive, Buffer.alloc((record - (archive.length % record)) % record)]);
}

function headerOf({ name, type = '0', prefix = '', size, magic = 'ustar\x0000' }: TarEntry, length: number): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0, 100, 'latin1');
  header.write('0000644\0', 100, 'latin1');
  header.write('0000000\0', 108, 'latin1');
  header.write('0000000\0', 116, 'latin1');
  header.write(size ?? `${length.toString(8).padStart(11, '0')}\0`, 124, 12, 'latin1');
  header.write('15000000000\0', 136, 'latin1');
  header.write('        ', 148, 'latin1');
  header.write(type, 156, 1, 'latin1');
  header.write(magic, 257, 8, 'latin1');
  header.write(prefix, 345, 155, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}
