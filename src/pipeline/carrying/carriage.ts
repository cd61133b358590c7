import type { Failure } from '../../core/codes.ts';
import type { ByteCounts } from '../../core/exchange/record.ts';
import type { Bytes } from '../../core/units.ts';
import type { CompiledPolicy } from '../../policy/model.ts';
import type { LiveExchange } from '../live-exchanges.ts';
import type { Permitted } from '../judging/permitted.ts';

const NOTHING: ByteCounts = { sent: 0, received: 0 };

/** A permitted exchange while it is carried. What ends it changes on the way: a socket, a request, a relay. */
export class Carriage<P extends Permitted = Permitted> implements LiveExchange {
  readonly exchange: P;
  readonly maskedWith: CompiledPolicy['entities'];
  slot?: number;
  #end: (failure: Failure) => void;
  #bytes: (() => ByteCounts) | undefined;
  #cutBy: Failure | undefined;

  /** @param maskedWith entities of the policy itself, where something of the exchange is masked */
  constructor(exchange: P, end: (failure: Failure) => void = () => {}, maskedWith: CompiledPolicy['entities'] = []) {
    this.exchange = exchange;
    this.maskedWith = maskedWith;
    this.#end = end;
  }

  /** Why it was cut; undefined as long as it was not. */
  get cutBy(): Failure | undefined {
    return this.#cutBy;
  }

  get carried(): Bytes {
    const { sent, received } = this.#bytes?.() ?? NOTHING;
    return sent + received;
  }

  /**
   * From here on, `end` is what ends it. A cut that came before is not repeated: look at {@link cutBy}.
   * @param bytes what has passed so far; absent while nothing does
   */
  endsWith(end: (failure: Failure) => void, bytes?: () => ByteCounts): void {
    this.#end = end;
    this.#bytes = bytes;
  }

  cut(failure: Failure): void {
    this.#cutBy = failure;
    this.#end(failure);
  }
}
