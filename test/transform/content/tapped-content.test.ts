import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { TappedContent, type ContentTap } from '../../../src/transform/content/tapped-content.ts';

/** Writes down what it sees; is behind for as long as the test says so. */
class Watcher implements ContentTap {
  readonly seen: string[] = [];
  isReady = true;
  #listener: (() => void) | undefined;

  push(bytes: Uint8Array): boolean {
    this.seen.push(Buffer.from(bytes).toString());
    return this.isReady;
  }

  whenReady(listener: () => void): void {
    this.#listener = listener;
  }

  catchUp(): void {
    this.isReady = true;
    this.#listener?.();
  }

  end(): void {
    this.seen.push('END');
  }

  abort(): void {
    this.seen.push('ABORT');
  }
}

const settle = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await turn();
};

describe('TappedContent', () => {
  it('is what its source is, and shows all of it', async () => {
    const pieces = Array.from({ length: 200 }, (_, i) => Buffer.alloc(1000, `${i % 10}`));
    const tap = new Watcher();
    const content = new TappedContent(Readable.from(pieces, { objectMode: false }), tap);
    expect(await buffer(content)).toEqual(Buffer.concat(pieces));
    expect(tap.seen.slice(0, 201)).toEqual([...pieces.map(String), 'END']);
  });

  it('waits while it is behind, with what it has shown on its way', async () => {
    const tap = new Watcher();
    tap.isReady = false;
    const content = new TappedContent(Readable.from([Buffer.from('a'), Buffer.from('b')], { objectMode: false }), tap);
    const passed: string[] = [];
    content.on('data', (chunk: Buffer) => passed.push(chunk.toString()));
    await settle();
    expect([passed, tap.seen]).toEqual([['a'], ['a']]);
    tap.catchUp();
    await settle();
    expect(passed).toEqual(['a', 'b']);
  });

  it('ends with the error of its source, whether anybody reads it or not', async () => {
    for (const reads of [true, false]) {
      const source = new Readable({ read: () => {} });
      const tap = new Watcher();
      const content = new TappedContent(source, tap);
      const errors: unknown[] = [];
      if (reads) content.on('error', (error) => errors.push(error)).resume();
      source.destroy(new Error('the client left'));
      await settle();
      expect(content.errored).toMatchObject({ message: 'the client left' });
      expect(errors).toHaveLength(reads ? 1 : 0);
      expect(tap.seen).toEqual(['ABORT']);
    }
  });

  it('lets go of its source when it is destroyed, and leaves it alive', async () => {
    const source = new Readable({ read: () => {} });
    const tap = new Watcher();
    const content = new TappedContent(source, tap);
    content.resume();
    source.push('a');
    await settle();
    content.destroy();
    await settle();
    source.push('b');
    await settle();
    expect(tap.seen).toEqual(['a', 'ABORT']);
    expect([source.destroyed, source.isPaused(), source.read()]).toEqual([false, true, Buffer.from('b')]);
  });
});
