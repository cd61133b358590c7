import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { MeAnswer } from '../../admin/contract/people.ts';
import type { Gateway } from './gateway.ts';

/** What every view of somebody who is signed in has at hand. */
export interface Seat {
  readonly gateway: Gateway;
  readonly me: MeAnswer;
  /** Counts what the gateway says has changed; whoever shows something asks again when it moves. */
  readonly changes: number;
  /** The same, and whenever exchanges were recorded, which may be all the time: for those who show them. */
  readonly traffic: number;
  /** Says it to whoever cannot see it. */
  readonly announce: (text: string) => void;
}

export const SeatContext = createContext<Seat | undefined>(undefined);

export function useSeat(): Seat {
  const seat = useContext(SeatContext);
  if (seat === undefined) throw new Error('Found a view outside of a session');
  return seat;
}
