/** What a role covers, in words. */
export function scopeText({ groups = [], places = [] }: { groups?: readonly string[]; places?: readonly string[] }): string {
  const forGroups = groups.length === 0 ? '' : `for ${groups.join(', ')} `;
  return `${forGroups}${places.length === 0 ? 'everywhere' : `in ${places.join(', ')}`}`;
}
