import { describe, expect, it } from 'vitest';
import { readCheckpoint, signCheckpoint } from '../../../src/recording/tree/checkpoint.ts';
import { leafHashOf, MerkleTree } from '../../../src/recording/tree/merkle-tree.ts';
import { createNoteSigner, isSignedBy, parseNoteVerifier, parseSignedNote } from '../../../src/recording/tree/signed-note.ts';

/* The example of golang.org/x/mod/sumdb/note, which C2SP signed-note was made from. */
const NEUMANN = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const SEED = Buffer.from('AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz', 'base64').subarray(1);
const TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const SIGNATURE = 'x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=';
const NOTE = `${TEXT}\n— PeterNeumann ${SIGNATURE}\n`;

describe('signed notes', () => {
  it('are those that others sign and verify', () => {
    const signer = createNoteSigner('PeterNeumann', SEED);
    expect(signer.verifier.text).toBe(NEUMANN);
    expect(signer.sign(TEXT)).toBe(NOTE);
    expect(isSignedBy(parseSignedNote(NOTE)!, parseNoteVerifier(NEUMANN)!)).toBe(true);
  });

  it.each([
    ['another text', NOTE.replace('answer', 'Answer')],
    ['another name', NOTE.replace('— PeterNeumann', '— PeterNeumanm')],
    ['another signature', NOTE.replace('BwJnAM', 'BwJnBM')],
    ['another key hash', NOTE.replace('x08go', 'x08gp')],
    ['a short signature', NOTE.replace(SIGNATURE, SIGNATURE.slice(0, 40))],
  ])('are not taken with %s', (_, note) => {
    const signed = parseSignedNote(note);
    expect(signed !== undefined && isSignedBy(signed, parseNoteVerifier(NEUMANN)!)).toBe(false);
  });

  it.each(['', TEXT, NOTE.slice(0, -1), NOTE.replace('— ', '- '), `${TEXT}\n\n`])('are nothing else: %j', (note) => {
    expect(parseSignedNote(note)).toBeUndefined();
  });

  it.each(['', 'a', 'a+b', NEUMANN.replace('c74f20a3', 'c74f20a4'), NEUMANN.replace('PeterN', 'Peter N'), `${NEUMANN}AA`])(
    'have no key %j',
    (key) => {
      expect(parseNoteVerifier(key)).toBeUndefined();
    },
  );
});

describe('readCheckpoint()', () => {
  const signer = createNoteSigner('cordon-record', new Uint8Array(32).fill(5));
  const tree = MerkleTree.EMPTY.append(leafHashOf(Buffer.from('a'))).append(leafHashOf(Buffer.from('b')));
  const note = signCheckpoint(signer, { writer: 'w1', tree, records: 7, time: '2026-11-27T10:00:00.000Z' });

  it('reads what was signed, in the lines that others read', () => {
    expect(readCheckpoint(note, [signer.verifier])).toEqual({
      writer: 'w1',
      size: 2,
      root: tree.root(),
      records: 7,
      time: '2026-11-27T10:00:00.000Z',
    });
    expect(note.split('\n').slice(0, 3)).toEqual(['cordon/record/w1', '2', Buffer.from(tree.root()).toString('base64')]);
  });

  it('says whose signature it found and whose it expected', () => {
    const other = createNoteSigner('cordon-record', new Uint8Array(32).fill(6)).verifier;
    const hashes = [signer.verifier, other].map(({ keyHash }) => keyHash.toString('hex'));
    expect(readCheckpoint(note, [other])).toBe(
      `Found a checkpoint signed by cordon-record+${hashes[0]}, expected a valid signature by cordon-record+${hashes[1]}`,
    );
  });

  it.each(['no checkpoint\n', 'cordon/record/w1\n-1\nAAAA\n', 'cordon/record/w1\n1\nAAAA\nrecords 1\ntime x\n'])(
    'refuses a signed %j',
    (text) => {
      expect(readCheckpoint(signer.sign(text), [signer.verifier])).toBe('Found a note that is no checkpoint of a record');
    },
  );
});
