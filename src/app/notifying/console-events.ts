import type { ChangeSignal } from '../../core/change-signal.ts';
import type { EventBus, GatewayEvent } from '../../core/ports.ts';
import type { Milliseconds } from '../../core/units.ts';

/** Changes of the store that come in quick succession are told as one. */
const TOGETHER: Milliseconds = 200;

/** Every decision of an exchange would drown all else; they are on the record. */
const TOLD: ReadonlySet<GatewayEvent['type']> = new Set([
  'policy.loaded',
  'policy.refused',
  'policy.loosened',
  'tables.changed',
  'exchanges.indexed',
  'token.revoked',
  'approval.pending',
  'admin',
  'alarm',
]);

/** Who did what to whom is told to nobody here: those whose role shows it ask for it. */
const BARE: ReadonlySet<GatewayEvent['type']> = new Set(['admin', 'alarm']);

type Listener = (event: string, data: Readonly<Record<string, unknown>>) => void;

/** What the console is told: what happens in this process, and that the store has changed, whoever changed it. */
export function consoleEvents(events: EventBus, changes: Pick<ChangeSignal, 'onChange'>): (listener: Listener) => Disposable {
  return (listener) => {
    let timer: NodeJS.Timeout | undefined;
    const ofProcess = events.subscribe(({ type, ...data }) => {
      if (TOLD.has(type)) listener(type, BARE.has(type) ? {} : data);
    });
    const ofStore = changes.onChange(() => {
      timer ??= setTimeout(() => {
        timer = undefined;
        listener('store.changed', {});
      }, TOGETHER);
    });
    return {
      [Symbol.dispose]: () => {
        clearTimeout(timer);
        ofProcess[Symbol.dispose]();
        ofStore[Symbol.dispose]();
      },
    };
  };
}
