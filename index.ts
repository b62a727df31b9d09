/**
 * kernelcheck: what a kernel file imports (the contract and the vocabulary), and what a program that checks kernels
 * imports (check, replay, claims, comparisons, executors).
 */
export * from './hardware/contract.ts';
export { type Run, type RunOptions, runWorkload } from './hardware/run.ts';
export { buildHybrid, hybrid } from './kernels/hybrid/index.ts';
export { buildLayered, layered } from './kernels/layered/index.ts';
export type * from './kernels/layered/link/contract.ts';
export { defineLayer, defineLayered, PARK } from './kernels/layered/link/contract.ts';
export { type Linkage, LinkError, linkKernel, type Placement } from './kernels/link/index.ts';
export { buildMicrokernel, microkernel } from './kernels/microkernel/index.ts';
export { buildMonolithic, monolithic } from './kernels/monolithic/index.ts';
export { Conversation, type Dialogue, transcriptOf } from './kernels/shell/dialogue.ts';
export { Session, type SessionState } from './kernels/shell/session.ts';
export { workloadArbitrary } from './properties/arbitraries/workload.ts';
export { type CheckOptions, check, type Progress } from './properties/checker/check.ts';
export { type Replayed, replay } from './properties/checker/replay.ts';
export type { Comparison, OnProgress, SubjectReport } from './properties/claims/compare.ts';
export {
  type ClaimsOptions,
  type ClaimsReport,
  type ComparisonOptions,
  checkClaims,
  compare,
} from './properties/claims/run.ts';
export type { ClaimResult, Finding, Witness } from './properties/claims/verdict.ts';
export { BadInput } from './properties/execute/bad-input.ts';
export type { Executor, KernelFacts, TracedRun } from './properties/execute/executor.ts';
export { localExecutor } from './properties/execute/local.ts';
export { fileExecutor } from './properties/execute/worker-executor.ts';
export * from './properties/report.ts';
export * from './spec/claims/index.ts';
export * from './spec/index.ts';
export { type Audit, auditTree, isSound } from './trees/ask/audit.ts';
export type { AuditFinding, AuditKind } from './trees/ask/finding.ts';
export { graphDot, graphOf, graphSvg, type ModuleGraph } from './trees/ask/graph.ts';
export { planLoad } from './trees/ask/plan.ts';
export { summarize, type TreeSummary } from './trees/ask/summary.ts';
export { planUnload, type Refusal, type UnloadPlan } from './trees/ask/unload.ts';
export { type Link, whyNeeded } from './trees/ask/why.ts';
export { BadTree } from './trees/bad-tree.ts';
export { embeddedTree } from './trees/embedded/index.ts';
export { readModuleTree } from './trees/read/index.ts';
export type * from './trees/tree.ts';
