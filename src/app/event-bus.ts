import type { EventBus, GatewayEvent } from '../core/ports.ts';

/** An in-process bus. A listener that throws is a defect of its own; it takes nobody along. */
export function createEventBus(onDefect: (error: unknown) => void): EventBus {
  const listeners = new Set<(event: GatewayEvent) => void>();
  return {
    publish: (event) => {
      for (const listener of listeners) {
        try {
          listener(event);
        } catch (error) {
          onDefect(error);
        }
      }
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
  };
}
