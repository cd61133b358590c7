import type { Settings } from '../../config/settings-schema.ts';
import type { Failure } from '../../core/codes.ts';
import type { Home } from '../../core/exchange/decision.ts';
import type { Subject } from '../../core/exchange/exchange.ts';
import type { ClosedPlace } from '../../core/place/place.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Identify } from '../../identity/identify.ts';
import type { Reidentify } from '../../identity/reidentify.ts';
import type { WorldData } from '../../policy/model.ts';
import { statedPlace } from './stated-place.ts';

/** Where something lies that the gateway keeps of its subjects. */
export interface StatePlace {
  readonly setting: `${'data' | 'store' | 'recordings' | `sinks[${number}]`}.place`;
  readonly place: ClosedPlace;
}

/** The places that the settings state; none where `node.place` and the others are unset. */
export function statePlaces(settings: Settings, world: WorldData): Result<readonly StatePlace[], string> {
  const places: StatePlace[] = [];
  for (const { setting, name } of named(settings)) {
    const stated = statedPlace(setting, name, world);
    if (!stated.ok) return stated;
    places.push({ setting, place: stated.value });
  }
  return ok(places);
}

/** Sinks are among them: a copy of the record is the record. */
function named(settings: Settings): readonly { readonly setting: StatePlace['setting']; readonly name: string }[] {
  const sections = (['data', 'store', 'recordings'] as const).flatMap((section) => {
    const { place } = settings[section];
    return place === undefined ? [] : [{ setting: `${section}.place` as const, name: place }];
  });
  const sinks = settings.sinks.map(({ place }, index) => ({ setting: `sinks[${index}].place` as const, name: place }));
  return [...sections, ...sinks];
}

/** Where what the gateway keeps of its subjects lies, or would. */
export interface Kept {
  /** Places of what is kept of all of them. */
  readonly places: readonly StatePlace[];
  readonly records: {
    /** What has the records of those at home there; a sentence where nothing may. */
    chainOf(home: Home): Result<object, string>;
  };
}

/** Identification that refuses whom the gateway must keep nothing of: state of a subject lies inside its home (invariant 10). */
export function identifyAtHome(identify: Identify, kept: Kept): Identify {
  return (input) => {
    const identified = identify(input);
    return identified instanceof Promise ? identified.then((one) => atHome(one, kept)) : atHome(identified, kept);
  };
}

/**
 * The same for those that are connected: their home may have changed with the policy. What began on the record of one home ends
 * there: it does not go on where its records would come to lie elsewhere.
 */
export function reidentifyAtHome(reidentify: Reidentify, kept: Kept): Reidentify {
  return async (subject, clientAddress) => {
    const found = atHome(await reidentify(subject, clientAddress), kept);
    if (!found.ok) return found;
    const before = kept.records.chainOf(subject.attributes.home);
    const { agent, home } = found.value.attributes;
    const now = kept.records.chainOf(home);
    if (before.ok && now.ok && before.value === now.value) return found;
    const detail = `The home of "${agent}" is ${home.label} now, whose records lie elsewhere than those of ${subject.attributes.home.label}: connect again`;
    return fail({ code: 'store_unavailable', detail });
  };
}

function atHome(identified: Result<Subject, Failure>, { places, records }: Kept): Result<Subject, Failure> {
  if (!identified.ok) return identified;
  const { agent, home } = identified.value.attributes;
  const outside = places.find(({ place }) => !home.any && !place.countries.isSubsetOf(home.countries));
  if (outside === undefined) {
    const chain = records.chainOf(home);
    if (chain.ok) return identified;
    return fail({ code: 'store_unavailable', detail: `${chain.failure}: nothing of "${agent}" may be kept there` });
  }
  const { setting, place } = outside;
  const detail = `${setting} is ${place.label}, outside the home of "${agent}", ${home.label}: nothing of it may be kept there`;
  return fail({ code: 'store_unavailable', detail });
}
