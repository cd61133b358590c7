import type { JSX } from 'preact';
import type { ApprovalAnswer } from '../../../admin/contract/approvals.ts';
import { Cover } from '../../grants/cover.tsx';
import { lengthText } from '../../text/duration-text.ts';

interface OffersProps {
  readonly offers: ApprovalAnswer['offers'];
  /** Milliseconds. */
  readonly lasts: number;
  readonly onLasts: (milliseconds: number) => void;
}

const MINUTE = 60_000;
/** Lengths to choose from, as far as a rule allows them. */
const LENGTHS = [5, 15, 60, 4 * 60, 8 * 60, 24 * 60, 7 * 24 * 60].map((minutes) => minutes * MINUTE);

/** What a grant would cover, before it is given, and how long. */
export function Offers({ offers, lasts, onLasts }: OffersProps): JSX.Element {
  const longest = Math.max(...offers.map(({ max }) => max));
  const lengths = [...LENGTHS.filter((length) => length < longest), longest];
  return (
    <div class="offers">
      <p>Until it ends or is revoked, nobody is asked about:</p>
      {offers.map(({ rule, covers, max }) => (
        <div key={rule} class="offer">
          <Cover covers={covers} />
          <p class="faint">The rule allows {lengthText(max)} at the longest; use does not extend it.</p>
        </div>
      ))}
      <label for="lasts">How long</label>
      <select id="lasts" value={lasts} onChange={(event) => onLasts(Number(event.currentTarget.value))}>
        {lengths.map((length) => (
          <option key={length} value={length}>
            {lengthText(length)}
          </option>
        ))}
      </select>
    </div>
  );
}
