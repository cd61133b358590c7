/**
 * Wakes those who wait for shared state to change, in every process that shares it. A wake-up says no more than that
 * something may be different: what it is they read for themselves, and one too many does no harm.
 */
export interface ChangeSignal {
  /**
   * Tells everybody that something has changed: here at once, elsewhere within tens of milliseconds where the database can,
   * else within the interval at which it is looked at. To be called when the change is committed; never fails, since who
   * was not reached looks by itself.
   */
  signal(): void;
  /**
   * Calls `listener` at every signal; soon after anything in the database has changed, signalled or not, by this process or
   * another one; and as long as it cannot be told whether it has.
   */
  onChange(listener: () => void): Disposable;
}
