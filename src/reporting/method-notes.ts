/** What every report says about itself. */
export const METHOD_NOTES: readonly string[] = [
  'An exchange counts where its agent is at home: in the jurisdiction entirely. Agents whose home is anywhere have none that data could leave, and are not counted.',
  'An exchange belongs to the instant of its decision; its outcome counts with it, whenever it came.',
  'Places are what evidence said when the request was judged. Where no evidence states where a service processes or stores, and nothing documents that it does so elsewhere, the place of entry stands for both: "follows entry" is an assumption, not a finding.',
  'Attestations are what the operator stated; endpoint names and cloud ranges are what providers document. Nobody measured where a provider handles data in fact, or hands it on to.',
  'GeoIP databases are wrong for some addresses. Alone they prove that a place is outside, not that it is inside, unless the settings say otherwise.',
  'A legal basis is what the policy states. Whether it holds is a question for lawyers.',
  'Masking is not anonymisation: values of known forms are found, names and free text are not, and masked data stays personal data. That nothing was found does not mean that nothing was there.',
  'Findings count values where rules looked for them, in requests and responses together.',
  'What did not go through the gateway is not on its record. Inside tunnels that the policy leaves unread, only host, place and bytes are known.',
  'Denials beyond a rate are counts without a place. Counts of connections whose agent was not recognised belong to no jurisdiction.',
  'Where the state of the gateway lies is what its settings state; "unstated" means that they do not.',
  'Links lead to the index of exchanges in the console, by the nearest filter that it has: what it lists can be more than what a figure counts, and less where records were removed.',
];
