/**
 * Measures what masking costs: every entity looked for, everything found redacted, streaming, on one core. Prints a table and,
 * with `--json`, the figures. `docs/masking.md` says what each row means.
 *
 * `npm run bench:masking -- [--only chat|events|expressions|floor|adversarial]… [--rounds 5] [--seconds 0.1] [--json] [--write DATE]`
 */
import { parseArgs } from 'node:util';
import { markdownTable, writeBlocks } from '../masking/page/page-block.ts';
import { figure } from './bench.ts';
import { describeMachine } from './machine.ts';
import { isMet, measure, type Subject, type Timing } from './masking/measure.ts';
import { adversarialSubjects, chatSubjects, eventSubjects, expressionSubjects, floorSubjects } from './masking/subjects.ts';

const PARTS: Readonly<Record<string, () => Subject[]>> = {
  chat: chatSubjects,
  events: eventSubjects,
  expressions: expressionSubjects,
  floor: floorSubjects,
  adversarial: adversarialSubjects,
};

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '0.1' },
    json: { type: 'boolean', default: false },
    write: { type: 'string' },
  },
});

function table(timings: readonly Timing[]): string {
  const rows = timings.map((timing) => {
    const { row, unit, goal } = timing;
    const wanted = goal === undefined ? '' : `${unit === 'MB/s' ? '≥' : '≤'} ${goal}`;
    return [row, `${figure(timing.figure)} ${unit}`, wanted, verdictOf(timing)];
  });
  return markdownTable(['what', 'figure', 'goal', 'verdict'], '|---|---:|---:|---|', rows);
}

function verdictOf(timing: Timing): string {
  const met = isMet(timing);
  if (met === undefined) return 'for comparison';
  return met ? 'met' : 'missed';
}

const subjects = Object.entries(PARTS).flatMap(([name, make]) =>
  values.only.length === 0 || values.only.includes(name) ? make() : [],
);
const timings = measure(subjects, { rounds: Number(values.rounds), seconds: Number(values.seconds) });
const text = `${describeMachine()}\n\n${table(timings)}`;
process.stdout.write(values.json ? `${JSON.stringify(timings, undefined, 2)}\n` : `${text}\n`);
// The date is told, since a figure belongs to the code of a day and not to the day somebody looks.
if (values.write !== undefined) await writeBlocks({ speed: `${values.write}; ${text}` });
