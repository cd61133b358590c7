import type { JSX } from 'preact';
import type { ApprovalAnswer } from '../../../admin/contract/approvals.ts';
import { Facts } from '../../parts/facts.tsx';
import { placeFacts } from '../../parts/place-facts.tsx';
import { Foreign } from '../../text/foreign.tsx';
import { evidenceWords } from '../words.ts';
import { WhereMap } from './where-map.tsx';

/** Where the data would go, by facet, who says so, and what carries it across the border. */
export function Where({ request }: { readonly request: ApprovalAnswer }): JSX.Element {
  const { home, places, transfer, evidence, countries } = request;
  return (
    <section aria-labelledby="where">
      <h3 id="where">Where</h3>
      <Facts
        facts={[
          ['Home of the data', <Foreign text={home} />],
          ...placeFacts(places),
          ['Leaves home', <Transfer transfer={transfer} />],
        ]}
      />
      {countries !== undefined && <WhereMap countries={countries} />}
      <h4>Evidence, strongest first</h4>
      {evidence.length === 0 && <p class="faint">Nothing states where it is.</p>}
      <ul class="evidence">
        {evidence.map(evidenceWords).map(({ words, line }) => (
          <li key={line}>
            {words !== undefined && <>{words}. </>}
            <span class="faint">
              <Foreign text={line} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Transfer({ transfer }: { readonly transfer: ApprovalAnswer['transfer'] | undefined }): JSX.Element {
  if (transfer === undefined) return <>No</>;
  const { basis, rule, reference } = transfer;
  return (
    <>
      <strong class="leaves">Yes</strong>, on the basis <Foreign text={basis} /> of the rule <Foreign text={rule} />
      {reference !== undefined && (
        <>
          {' '}
          (<Foreign text={reference} as="prose" />)
        </>
      )}
    </>
  );
}
