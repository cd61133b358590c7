import { describeApprovalStore } from '../store/approvals/approval-store-contract.ts';
import { describeOnEveryEngine } from '../store/engines.ts';

describeOnEveryEngine('createApprovalRepository() at length', (engine) => {
  describeApprovalStore(
    'shared by two replicas',
    async () => {
      const database = await engine.create();
      const one = await database.open();
      const other = await database.open();
      return [one.db, other.db];
    },
    1000,
  );
});
