import * as Type from 'typebox/type';
import type { Static } from 'typebox/type';
import { Report } from '../../reporting/report.ts';

const Moment = (description: string) => Type.String({ minLength: 2, maxLength: 40, description });

export const ReportQuery = Type.Object(
  {
    jurisdiction: Type.String({ minLength: 1, maxLength: 64, description: 'A country, a built-in set, or one of the policy.' }),
    since: Moment('A duration before now such as 30d, or an RFC 3339 date or instant.'),
    until: Type.Optional(Moment('The same; absent: now.')),
  },
  { additionalProperties: false },
);
/** `GET /v1/report` */
export type ReportQuery = Static<typeof ReportQuery>;

export const ReportAnswer = Report;
