import type { Kysely } from 'kysely';
import type { Settings } from '../../../config/settings-schema.ts';
import type { Failure } from '../../../core/codes.ts';
import type { ContentKeyScope } from '../../../core/exchange/content-keys.ts';
import type { Home } from '../../../core/exchange/decision.ts';
import type { AppendedEvent } from '../../../core/exchange/record.ts';
import type { ExchangeId } from '../../../core/ids.ts';
import type { Journal } from '../../../core/ports.ts';
import { fail, ok, type Result } from '../../../core/result.ts';
import type { WorldData } from '../../../policy/model.ts';
import { ContentRecorder, type ContentLog } from '../../../recording/content/content-recorder.ts';
import type { OpenJournal } from '../../../recording/journal.ts';
import type { Schema } from '../../../store/schema.ts';
import { openContentKeys } from '../content-keys.ts';
import { homeStores, storeOf, type HomeStore } from './home-stores.ts';
import { openStoreJournal, type RecordParts } from '../open-record.ts';
import type { RecordStore } from './record-stores.ts';
import { storeDirectories } from './store-directories.ts';

/** The record of a gateway: a chain in each of its stores. */
export interface Records extends Journal, AsyncDisposable {
  /** The chain of what concerns no agent; where all records lie in one place, of everything. */
  readonly own: OpenJournal;
  readonly journals: readonly OpenJournal[];
  /**
   * The chain that records of subjects at home there go to.
   * @failure a sentence: none of the stores may have them
   */
  chainOf(home: Home): Result<OpenJournal, string>;
  /**
   * Begins to record content of an exchange, where its other records lie.
   * @failure audit_unavailable: nothing of it may happen
   */
  openContent(exchange: ExchangeId, scope: ContentKeyScope, home: Home): Promise<Result<ContentLog, Failure>>;
}

interface Opened {
  readonly store: RecordStore;
  readonly journal: OpenJournal;
  readonly content: ContentRecorder;
}

/** @failure a sentence that names the setting, or the file that cannot be used */
export async function openRecords(
  settings: Settings,
  parts: RecordParts & { readonly db: Kysely<Schema>; readonly world: WorldData },
): Promise<Result<Records, string>> {
  const homes = homeStores(settings, parts.world);
  if (!homes.ok) return homes;
  const stores = storeDirectories(settings);
  if (!stores.ok) return stores;
  await using stack = new AsyncDisposableStack();
  const opened: Opened[] = [];
  for (const store of stores.value) {
    const journal = await openStoreJournal(store, settings, parts);
    if (!journal.ok) return fail(journal.failure.detail);
    stack.use(journal.value);
    const keys = await openContentKeys(settings, store, parts);
    opened.push({ store, journal: journal.value, content: new ContentRecorder(journal.value, keys) });
  }
  return ok(new RecordsByHome(opened, homes.value, stack.move()));
}

class RecordsByHome implements Records {
  readonly own: OpenJournal;
  readonly journals: readonly OpenJournal[];
  readonly #default: Opened;
  /** Empty where one chain has everything. */
  readonly #byHome: readonly (HomeStore & { readonly opened: Opened })[];
  readonly #owned: AsyncDisposable;
  /** By the home itself, not by its name: what a name means may change with the policy. */
  readonly #known = new WeakMap<Home, Result<Opened, string>>();

  constructor(opened: readonly Opened[], homes: readonly HomeStore[], owned: AsyncDisposable) {
    this.#default = opened.find(({ store }) => store.isDefault)!;
    this.own = this.#default.journal;
    this.journals = opened.map(({ journal }) => journal);
    this.#byHome = homes.map((home, index) => ({ ...home, opened: opened[index]! }));
    this.#owned = owned;
  }

  append(event: AppendedEvent, home?: Home): Promise<Result<void, Failure>> {
    if (home === undefined) return this.own.append(event);
    const chain = this.chainOf(home);
    return chain.ok ? chain.value.append(event) : Promise.resolve(unavailable(chain.failure));
  }

  chainOf(home: Home): Result<OpenJournal, string> {
    const found = this.#openedFor(home);
    return found.ok ? ok(found.value.journal) : found;
  }

  openContent(exchange: ExchangeId, scope: ContentKeyScope, home: Home): Promise<Result<ContentLog, Failure>> {
    const found = this.#openedFor(home);
    return found.ok ? found.value.content.open(exchange, scope) : Promise.resolve(unavailable(found.failure));
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#owned[Symbol.asyncDispose]();
  }

  #openedFor(home: Home): Result<Opened, string> {
    if (this.#byHome.length === 0) return ok(this.#default);
    const known = this.#known.get(home);
    if (known !== undefined) return known;
    const store = storeOf(home, this.#byHome);
    const found = store.ok ? ok(store.value.opened) : store;
    this.#known.set(home, found);
    return found;
  }
}

function unavailable(detail: string): Result<never, Failure> {
  return fail({ code: 'audit_unavailable', detail });
}
