import { openJournal } from '../../src/recording/journal.ts';
import { MACHINE_CLOCK, MACHINE_RANDOM } from '../support/clock.ts';
import { denial } from './events.ts';
import { TEST_KEYS } from '../support/record-files.ts';

/* Appends without end, and prints the number of every event once it is acknowledged: `appending-process.ts DIR DURABILITY`. */
const [, , directory = '', durability] = process.argv;
const opened = await openJournal({
  directory,
  clock: MACHINE_CLOCK,
  random: MACHINE_RANDOM,
  durability: durability === 'strict' ? 'strict' : 'batched',
  keys: TEST_KEYS,
  segmentBytes: 20_000,
  onError: (failure) => process.stderr.write(`${failure.detail}\n`),
});
if (!opened.ok) throw new Error(opened.failure.detail);

let next = Number(process.argv[4] ?? 0);
const journal = opened.value;
async function appendForever(): Promise<never> {
  for (;;) {
    const number = next++;
    const appended = await journal.append(denial(number));
    if (appended.ok) process.stdout.write(`${number}\n`);
  }
}
await Promise.all(Array.from({ length: 8 }, appendForever));
