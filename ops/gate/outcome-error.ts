import { exitCodes, OperatorError } from "../cli/errors.js";
import { type GateRecord } from "./record.js";
import { outcomeLine } from "./report/summary.js";

/** The error that a gate ends in; none where the release was let through, or rehearsed with figures. */
export function outcomeError(record: GateRecord): OperatorError | undefined {
  const message = `${outcomeLine(record)}: ${record.outcome?.reason ?? ""}`;
  switch (record.outcome?.kind) {
    case "rolledBack":
      return new OperatorError(message, { cure: "o2cqrs rollback drafts the review and calms telemetry." });
    case "held":
      return new OperatorError(message, {
        exitCode: exitCodes.held,
        cure: "Run the same command to observe the step again, or o2cqrs rollback.",
      });
    case "unrehearsed":
      return new OperatorError(message, {
        cure: "See that both versions run and how their records spell --canary and --stable, give them load for as long as --observe says, and rehearse again.",
      });
    default:
      return undefined;
  }
}
