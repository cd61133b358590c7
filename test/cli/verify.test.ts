import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { directoryWith } from '../config/temporary-directory.ts';
import { cordon, RULES } from './cordon.ts';

interface Installation {
  readonly cwd: string;
  readonly writer: string;
  readonly segment: string;
}

/** An installation with four records. */
async function installation(): Promise<Installation> {
  const cwd = directoryWith({ 'rules/base.yaml': RULES });
  for (let i = 0; i < 4; i++) await cordon(['token', 'mint', '--role', 'viewer', '--person', `anna${i}`], cwd);
  const [writer = ''] = readdirSync(join(cwd, 'data/recordings'));
  return { cwd, writer, segment: join(cwd, 'data/recordings', writer, '00000001.seg') };
}

function flip(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes[at]! ^= 1;
  writeFileSync(file, bytes);
}

describe('cordon verify', () => {
  it('says that the record is whole, and since when that is signed', async () => {
    const { cwd, writer } = await installation();
    const { code, out, err } = await cordon(['verify'], cwd);
    expect([code, out, err]).toEqual([
      0,
      expect.stringMatching(new RegExp(`^${writer}: whole, 4 records in 1 segments\n  signed \\S+Z, up to record 4\n$`)),
      '',
    ]);
    const asJson = await cordon(['verify', '--json'], cwd);
    expect(JSON.parse(asJson.out)).toMatchObject([
      { writer, state: 'whole', records: 4, gaps: 0, checkpoints: [{ records: 4 }] },
    ]);
  });

  it('finds that all segments of a chain are gone, which its checkpoint still tells of', async () => {
    const { cwd, writer, segment } = await installation();
    rmSync(segment);
    const { code, out } = await cordon(['verify'], cwd);
    expect([code, out]).toEqual([1, expect.stringMatching(`^${writer}: broken at 00000001.seg, .*Found 0 heads and blocks`)]);
  });

  it('uses whichever of its own keys is there', async () => {
    const { cwd } = await installation();
    renameSync(join(cwd, 'data/keys/checkpoints.key'), join(cwd, 'away'));
    const unsigned = await cordon(['verify'], cwd);
    expect([unsigned.code, unsigned.out]).toEqual([0, expect.stringMatching(/whole, .*\n {2}signature not verified: /)]);
    renameSync(join(cwd, 'away'), join(cwd, 'data/keys/checkpoints.key'));
    renameSync(join(cwd, 'data/keys/records.key'), join(cwd, 'away'));
    const unopened = await cordon(['verify'], cwd);
    expect([unopened.code, unopened.out]).toEqual([1, expect.stringMatching(/not opened .*\n {2}signed /)]);
  });

  it('names segment, record and sequence number of one flipped bit, with 1', async () => {
    const { cwd, writer, segment } = await installation();
    flip(segment, statSync(segment).size - 5);
    const { code, out } = await cordon(['verify'], cwd);
    expect([code, out]).toEqual([
      1,
      `${writer}: broken at 00000001.seg, record 4 (sequence number 3): Found a block that was changed, or belongs elsewhere\n`,
    ]);
    expect(JSON.parse((await cordon(['verify', '--json'], cwd)).out)).toMatchObject([{ state: 'broken', record: 4, seq: 3 }]);
  });

  it('lets an auditor verify a copy with a key and a checkpoint alone', async () => {
    const { cwd, writer } = await installation();
    const key = join(cwd, 'audit.key');
    expect(await cordon(['verify', '--write-key', 'audit.key'], cwd)).toMatchObject({
      code: 0,
      out: `wrote ${key}: whoever has it can read the whole record\n`,
    });
    expect(statSync(key).mode & 0o777).toBe(0o600);
    const away = directoryWith({ 'key.txt': readFileSync(key, 'utf8') });
    cpSync(join(cwd, 'data/recordings', writer), join(away, 'copy', writer), { recursive: true });
    cpSync(join(cwd, 'data/recordings', writer, 'checkpoint'), join(away, 'kept'));
    const args = ['verify', 'copy', '--key', 'key.txt', '--checkpoint', 'kept'];
    expect(await cordon(args, away)).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringContaining('whole, 4 records') as string,
    });
    const copy = join(away, 'copy', writer, '00000001.seg');
    truncateSync(copy, statSync(copy).size - 1);
    expect((await cordon(args, away)).code).toBe(1);
  });

  it('shows with a checkpoint that the end is missing, which the chain itself cannot', async () => {
    const { cwd, writer, segment } = await installation();
    const first = directoryWith({});
    cpSync(join(cwd, 'data/recordings', writer), join(first, writer), { recursive: true });
    await cordon(['token', 'mint', '--role', 'viewer', '--person', 'zoe'], cwd);
    cpSync(join(cwd, 'data/recordings', writer, 'checkpoint'), join(cwd, 'kept'));
    cpSync(join(first, writer), join(cwd, 'data/recordings', writer), { recursive: true });
    expect((await cordon(['verify'], cwd)).code).toBe(0);
    const { code, out } = await cordon(['verify', '--checkpoint', 'kept'], cwd);
    expect([code, out]).toEqual([1, expect.stringContaining('of a checkpoint: the end is missing')]);
    expect(basename(segment)).toBe('00000001.seg');
  });

  it('reads what was sealed under a former key, and takes the key from the environment', async () => {
    const { cwd, writer } = await installation();
    renameSync(join(cwd, 'data/keys/records.key'), join(cwd, 'former.key'));
    const env = { CORDON_RECORDINGS_KEY: Buffer.alloc(32, 7).toString('base64') };
    const settings = ['--set', 'recordings.former-keys=former.key'];
    const minted = await cordon(['token', 'mint', '--role', 'viewer', '--person', 'zoe', ...settings], cwd, env);
    expect(minted.code).toBe(0);
    expect(existsSync(join(cwd, 'data/keys/records.key'))).toBe(false);
    const { code, out } = await cordon(['verify', ...settings], cwd, env);
    expect([code, out]).toEqual([0, expect.stringContaining(`${writer}: whole, 5 records in 2 segments`)]);
    expect((await cordon(['verify'], cwd, env)).code).toBe(1);
    const short = await cordon(['verify'], cwd, { CORDON_RECORDINGS_KEY: 'c2hvcnQ=' });
    expect([short.code, short.err]).toEqual([2, 'cordon: recordings.key: Found 5 bytes of base64, expected 32\n']);
    const missing = await cordon(['verify', '--set', 'recordings.key-file=nowhere.key'], cwd);
    expect([missing.code, missing.err]).toEqual([2, expect.stringMatching(/recordings.key-file: .*nowhere.key is not there/)]);
  });

  it('looks at what is not sealed where there is no key, and says so', async () => {
    const { cwd, writer } = await installation();
    const away = directoryWith({});
    cpSync(join(cwd, 'data/recordings'), join(away, 'copy'), { recursive: true });
    const { code, out, err } = await cordon(['verify', 'copy'], away);
    expect([code, out]).toEqual([
      1,
      expect.stringMatching(
        `^${writer}: not opened \\(1 segments\\), hashes agree, 4 records in 1 segments\n  signature not verified: \\S+Z, up to record 4\n$`,
      ),
    ]);
    cpSync(join(cwd, 'data/recordings', writer, 'checkpoint'), join(away, 'kept'));
    // What was kept elsewhere speaks for it, whoever signed it.
    expect((await cordon(['verify', 'copy', '--checkpoint', 'kept'], away)).code).toBe(0);
    expect(err).toBe(
      'cordon: without a key what is sealed was not opened: its hashes were compared alone\n' +
        'cordon: without the key that signs, checkpoints could not be told from forged ones\n',
    );
    flip(join(away, 'copy', writer, '00000001.seg'), 600);
    expect((await cordon(['verify', 'copy'], away)).code).toBe(1);
  });

  it('says that a checkpoint was signed by somebody else', async () => {
    const [own, other] = [await installation(), await installation()];
    cpSync(
      join(other.cwd, 'data/recordings', other.writer, 'checkpoint'),
      join(own.cwd, 'data/recordings', own.writer, 'checkpoint'),
    );
    const { code, out } = await cordon(['verify'], own.cwd);
    expect([code, out]).toEqual([
      1,
      expect.stringContaining('broken at checkpoint: Found a checkpoint signed by cordon-record+'),
    ]);
  });

  it.each([
    [['verify'], /recordings cannot be read/],
    [['verify', 'nowhere'], /nowhere cannot be read/],
    [
      ['verify', '--key', 'rules/base.yaml'],
      /base.yaml: Found something else in the first line, expected "cordon-audit-key 1"/,
    ],
    [['verify', '--key', 'nowhere'], /nowhere cannot be read/],
    [['verify', '--checkpoint', 'rules/base.yaml'], /base.yaml: Found no signed note, expected a checkpoint/],
    [['verify', 'rules'], /Found no records/],
  ])('%j is wrong use', async (args, message) => {
    const { code, err } = await cordon(args, directoryWith({ 'rules/base.yaml': RULES }));
    expect([code, err]).toEqual([2, expect.stringMatching(message)]);
  });

  it('finds that the records of a checkpoint are not there at all', async () => {
    const { cwd, writer } = await installation();
    const other = await installation();
    cpSync(join(cwd, 'data/recordings', writer, 'checkpoint'), join(other.cwd, 'kept'));
    cpSync(join(cwd, 'data/keys'), join(other.cwd, 'data/keys'), { recursive: true });
    const { code, err } = await cordon(['verify', '--checkpoint', 'kept'], other.cwd);
    expect([code, err]).toEqual([
      1,
      expect.stringContaining(`Found no records of "${writer}", expected those of a checkpoint`),
    ]);
  });
});
