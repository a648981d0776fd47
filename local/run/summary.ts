import type { RunReport } from "./report";
import type { Tell } from "../machine/steps";

/** Says how a verified run ended. */
export function tellSummary(report: RunReport, tell: Tell): void {
  const rejected = Object.entries(report.tripsRejected).map(
    ([reason, rows]) => `${rows} ${reason}`,
  );
  tell(`Events      ${report.tripsRead} read, ${rejected.join(", ") || "none"} rejected`);
  tell(
    `Records     ${report.recordsPut} put, ${report.recordsLost} lost, ${report.retries} sent again`,
  );
  const { documents, windowsExpected } = report;
  tell(
    `Documents   ${documents}${windowsExpected === null ? ", compared with none" : ` of ${windowsExpected} expected`}, ${report.deadLetters} dead letters`,
  );
  const violated = report.policies.filter(({ result }) => result === "violated");
  tell(
    `Policies    ${report.policies.length - violated.length} passed, ${violated.length} violated`,
  );
  tell(`Mismatches  ${report.mismatches}`);
  for (const example of report.examples) tell(`  ${example}`);
  if (!report.counted)
    tell("The producer and the verification do not agree on how many good events there are.");
}
