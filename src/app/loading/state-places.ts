import type { Settings } from '../../config/settings-schema.ts';
import type { Failure } from '../../core/codes.ts';
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

/** Identification that refuses whom the gateway must keep nothing of: state of a subject lies inside its home (invariant 10). */
export function identifyAtHome(identify: Identify, places: readonly StatePlace[]): Identify {
  return (input) => {
    const identified = identify(input);
    return identified instanceof Promise ? identified.then((one) => atHome(one, places)) : atHome(identified, places);
  };
}

/** The same for those that are connected: their home may have changed with the policy. */
export function reidentifyAtHome(reidentify: Reidentify, places: readonly StatePlace[]): Reidentify {
  return async (subject, clientAddress) => atHome(await reidentify(subject, clientAddress), places);
}

function atHome(identified: Result<Subject, Failure>, places: readonly StatePlace[]): Result<Subject, Failure> {
  if (!identified.ok) return identified;
  const { agent, home } = identified.value.attributes;
  const outside = places.find(({ place }) => !home.any && !place.countries.isSubsetOf(home.countries));
  if (outside === undefined) return identified;
  const { setting, place } = outside;
  const detail = `${setting} is ${place.label}, outside the home of "${agent}", ${home.label}: nothing of it may be kept there`;
  return fail({ code: 'store_unavailable', detail });
}
