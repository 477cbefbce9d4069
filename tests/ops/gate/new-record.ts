import { type GateRecord } from "../../../ops/gate/record.js";
import { gateSettings } from "../../../ops/gate/settings.js";

/** The record of a gate of release 2.0.0 beside 1.0.0 that is about to begin, but for what is given. */
export const newRecord = (changes: Partial<GateRecord> = {}): GateRecord => ({
  format: 1,
  kind: "gate",
  id: "20260101T000000Z",
  stack: "test",
  canary: "2.0.0",
  stable: "1.0.0",
  traffic: "simulated",
  settings: gateSettings.parse({}),
  startedAt: Date.UTC(2026, 0, 1),
  resumedAt: [],
  phase: { kind: "shifting", step: 0 },
  steps: [],
  ...changes,
});
