import type { JSX } from 'preact';
import type { ApprovalAnswer } from '../../../admin/contract/approvals.ts';
import { Foreign } from '../../text/foreign.tsx';
import { evidenceWords } from '../words.ts';
import { WhereMap } from './where-map.tsx';

const FACETS = [
  ['entry', 'Enters in'],
  ['processing', 'Is worked on in'],
  ['storage', 'Is stored in'],
] as const;

/** Where the data would go, by facet, who says so, and what carries it across the border. */
export function Where({ request }: { readonly request: ApprovalAnswer }): JSX.Element {
  const { home, places, transfer, evidence, countries } = request;
  return (
    <section aria-labelledby="where">
      <h3 id="where">Where</h3>
      <dl class="facts">
        <div>
          <dt>Home of the data</dt>
          <dd>
            <Foreign text={home} />
          </dd>
        </div>
        {FACETS.map(([facet, label]) => (
          <div key={facet}>
            <dt>{label}</dt>
            <dd>
              <Foreign text={places[facet]} />
            </dd>
          </div>
        ))}
        <div>
          <dt>Leaves home</dt>
          <dd>
            {transfer === undefined ? (
              'No'
            ) : (
              <>
                <strong class="leaves">Yes</strong>, on the basis <Foreign text={transfer.basis} /> of the rule{' '}
                <Foreign text={transfer.rule} />
                {transfer.reference !== undefined && (
                  <>
                    {' '}
                    (<Foreign text={transfer.reference} as="prose" />)
                  </>
                )}
              </>
            )}
          </dd>
        </div>
      </dl>
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
