import table from "../../../policies/engine/controls.json";

/**
 * Controls of AWS Security Hub about the kinds of resources that the pack knows, with AWS's titles verbatim. Ids stay
 * those of AWS, which leaves gaps: controls about VPNs, transit gateways and others that no pipeline has, and those that AWS withdrew.
 *
 * https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-controls-reference.html
 */
export const controls: Readonly<Record<string, string>> = table.controls;

/** Why no policy is about a control. The table has the controls of each reason. */
export const reasons: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(table.reasons).flatMap(([reason, ids]) =>
    ids.split(" ").map((id) => [id, reason]),
  ),
);
