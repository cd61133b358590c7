/** How lists are asked for page by page (contract §7). */
import * as Type from 'typebox/type';

/** Members of a query. */
export const paging = {
  after: Type.Optional(Type.String({ maxLength: 200, pattern: '^[A-Za-z0-9_-]+$', description: '`next` of the page before.' })),
  limit: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,2}$', description: 'Most items, up to 200; 50 where absent.' })),
};

/** Member of an answer. */
export const next = Type.Optional(Type.String());
