import { type VerifyContext } from "../../../ops/verify/context.js";
import { piiSample } from "../../../ops/verify/checks/pii.js";

/** A context whose server answers the rows of the stream that is asked for. */
function contextWith(rowsOf: Readonly<Record<string, object[]>>): VerifyContext {
  const search = (sql: string) => {
    const stream = /FROM "(\w+)"/.exec(sql)?.[1] ?? "";
    return Promise.resolve({ rows: rowsOf[stream] ?? [] });
  };
  return { admin: { telemetry: { search } }, window: { start: 0, end: 1 } } as unknown as VerifyContext;
}

const records = Array.from({ length: 60 }, (_, index) => ({
  recordid: `r${index}`,
  message: "call +49*****89",
}));
const span = {
  span_id: "00f067aa0ba902b7",
  operation_name: "command.PlaceOrder",
  cqrs_cache_key: "user:a***@example.com",
};

describe("the sample of stored records", () => {
  it("passes when masking again changes nothing, in records and in spans", async () => {
    expect(await piiSample(contextWith({ cqrs_commands: records, traces: [span] }))).toMatchObject({
      verdict: "pass",
      evidence: "60 records and 1 spans sampled, 0 texts unmasked",
    });
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
