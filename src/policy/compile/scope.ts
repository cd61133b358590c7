import type { Home } from '../../core/exchange/decision.ts';
import type { Instant } from '../../core/units.ts';
import type { TlsFileDigests } from '../tls-files.ts';
import type { WorldData } from '../model.ts';
import type { PlaceNames } from './place-names.ts';
import type { Sections } from './sections.ts';

/** What every step of compilation may look at. */
export interface Scope {
  readonly world: WorldData;
  /** Only for warnings about what has ended: expiry itself is judged when a request comes. */
  readonly now: Instant;
  readonly places: PlaceNames;
  readonly sections: Sections;
  /** What the files named under `tls` hold; absent: they are not read. */
  readonly tlsFiles?: TlsFileDigests;
  /** As in `CompileOptions`. */
  readonly homeProblem?: (home: Home) => string | undefined;
}
