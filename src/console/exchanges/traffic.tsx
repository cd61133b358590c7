import type { JSX } from 'preact';
import type { PlacesAnswer } from '../../admin/contract/exchanges.ts';
import { addressOf } from '../frame/use-route.ts';
import { useAnswer } from '../gateway/use-answer.ts';
import { useSeat } from '../gateway/use-gateway.ts';
import { Foreign } from '../text/foreign.tsx';
import { filterText, type Filters } from './filter-query.ts';
import { TrafficMap } from './traffic-map.tsx';

type Place = PlacesAnswer['items'][number];

/** Where content was processed, and where it would have been: on a map, and place by place. */
export function Traffic({ filters }: { readonly filters: Filters }): JSX.Element | null {
  const { traffic } = useSeat();
  const { value } = useAnswer<PlacesAnswer>(`/v1/exchanges/places?${filterText(filters)}`, traffic);
  if (value === undefined || value.items.length === 0) return null;
  const places = value.items.toSorted((a, b) => total(b) - total(a) || (a.id < b.id ? -1 : 1));
  return (
    <section class="traffic" aria-labelledby="traffic">
      <h2 id="traffic">Where it went, and where it was refused</h2>
      <TrafficMap places={places} />
      <div class="scrolled" tabIndex={0} role="group" aria-label="Places">
        <table>
          <thead>
            <tr>
              <th scope="col">Place</th>
              <th scope="col">Permitted</th>
              <th scope="col">Held</th>
              <th scope="col">Denied</th>
            </tr>
          </thead>
          <tbody>
            {places.map((place) => (
              <tr key={place.id}>
                <th scope="row">
                  <a href={addressOf({ view: 'exchanges', query: filterText({ ...filters, place: place.id }) })}>
                    <Foreign text={place.id} />
                  </a>
                </th>
                <td>{place.permit}</td>
                <td>{place.hold}</td>
                <td>{place.deny}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {!value.isWhole && <p class="faint">Of the newest 100,000 alone: there are more.</p>}
    </section>
  );
}

function total({ permit, hold, deny }: Place): number {
  return permit + hold + deny;
}
