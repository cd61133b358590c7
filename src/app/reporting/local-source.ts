import { fail, ok, type Result } from '../../core/result.ts';
import { readAuditKey } from '../../recording/keys/audit-key.ts';
import { localAuditKey } from '../records/record-keys.ts';
import { localWriters, writerPlace } from '../records/stores/known-writers.ts';
import { recordStores, type RecordSettings } from '../records/stores/record-stores.ts';
import type { RecordSource } from './record-source.ts';

/**
 * The records of this installation, each store with its own key. One whose key is gone gets those of the others, which open
 * nothing in it: what nobody can read must not pass as read. Rejects with a `KeyError`, and with what the operating system reports.
 * @failure a sentence: there are no keys, or the list of writers is not to be trusted
 */
export async function localSource(settings: RecordSettings): Promise<Result<RecordSource, string>> {
  const all = await localAuditKey(settings);
  if (all === undefined) return fail('There are no keys that open the record');
  const stores = await Promise.all(
    recordStores(settings).map(async (store) => {
      const own = await localAuditKey(settings, store.directory);
      return { ...writerPlace(store), auditKey: Buffer.from(own ?? all) };
    }),
  );
  const keys = readAuditKey(Buffer.from(all));
  const list = await localWriters(settings, typeof keys === 'string' ? [] : keys.verifiers);
  return typeof list === 'string' ? fail(list) : ok({ stores, known: list?.writers ?? [] });
}
