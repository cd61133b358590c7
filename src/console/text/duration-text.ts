const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Time that is left, to the second below an hour: `4:09`, `1 h 05 min`, `3 d 2 h`. */
export function remainingText(milliseconds: number): string {
  const left = Math.max(0, milliseconds);
  if (left < HOUR) return `${Math.floor(left / MINUTE)}:${two(Math.floor((left % MINUTE) / SECOND))}`;
  if (left < DAY) return `${Math.floor(left / HOUR)} h ${two(Math.floor((left % HOUR) / MINUTE))} min`;
  return `${Math.floor(left / DAY)} d ${Math.floor((left % DAY) / HOUR)} h`;
}

/** A length of time in words, whole units only: `15 minutes`, `8 hours`. */
export function lengthText(milliseconds: number): string {
  const [unit, name] =
    milliseconds % DAY === 0
      ? [DAY, 'day']
      : milliseconds % HOUR === 0
        ? [HOUR, 'hour']
        : milliseconds % MINUTE === 0
          ? [MINUTE, 'minute']
          : [SECOND, 'second'];
  const count = Math.round(milliseconds / unit);
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}

/** A length of time as the API takes it: `90s`. */
export function durationText(milliseconds: number): string {
  return `${Math.round(milliseconds / SECOND)}s`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
