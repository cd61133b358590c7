import { describeApprovalStore } from '../store/approvals/approval-store-contract.ts';

describeApprovalStore('createApprovalRepository() at length', 1000);
