import { type VerifyContext } from "../../../ops/verify/context.js";
import { piiSample } from "../../../ops/verify/checks/pii.js";

/** A context whose server answers the rows of the stream that is asked for. */
function contextWith(rowsOf: Readonly<Record<string, object[]>>, samplingRate = 1): VerifyContext {
  const search = (sql: string) => {
    const stream = /FROM "(\w+)"/.exec(sql)?.[1] ?? "";
    return Promise.resolve({ rows: rowsOf[stream] ?? [] });
  };
  return {
    admin: { telemetry: { search } },
    appConfig: { tracing: { enabled: true, samplingRate } },
    window: { start: 0, end: 1 },
  } as unknown as VerifyContext;
}

const records = Array.from({ length: 60 }, (_, index) => ({
  recordid: `r${index}`,
  message: "call +49*****89",
}));
const stored = { cqrs_commands: records, cqrs_queries: records, cqrs_events: records };
const span = {
  span_id: "00f067aa0ba902b7",
  operation_name: "command.PlaceOrder",
  cqrs_cache_key: "user:a***@example.com",
};

describe("the sample of stored records", () => {
  it("passes when masking again changes nothing, in records and in spans", async () => {
    expect(await piiSample(contextWith({ ...stored, traces: [span] }))).toMatchObject({
      verdict: "pass",
      evidence: "180 records and 1 spans sampled, 0 texts unmasked",
    });
  });

  it("shows nothing of a stream that has no record, nor of spans that are not there", async () => {
    expect(await piiSample(contextWith({ ...stored, cqrs_events: [], traces: [span] }))).toMatchObject({
      verdict: "fail",
      evidence: "120 records and 1 spans sampled, 0 texts unmasked, and nothing in cqrs-events to sample",
    });
    expect(await piiSample(contextWith(stored))).toMatchObject({
      verdict: "fail",
      evidence: expect.stringContaining("and no span to sample"),
    });
    expect(await piiSample(contextWith(stored, 0.1))).toMatchObject({ verdict: "notApplicable" });
  });

  it("names the stream, the record and the column, and never what stands there", async () => {
    const finding = await piiSample(
      contextWith({
        cqrs_commands: [...records, { recordid: "r60", error: "no user anna@example.com" }],
        traces: [{ ...span, events: '[{"exception.message":"no user +49 170 1234589"}]' }],
      }),
    );
    expect(finding).toMatchObject({
      verdict: "fail",
      details: [
        "cqrs-commands: record r60 has personal data in error",
        "traces: span 00f067aa0ba902b7 has personal data in events",
      ],
    });
    expect(JSON.stringify(finding)).not.toMatch(/anna|1234589/);
  });
});
