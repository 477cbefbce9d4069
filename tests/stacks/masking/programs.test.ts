import * as vrl from "@bpinternal/verel";
import { derivedMetricRecord, derivedMetrics, logStreamRoles, streams } from "@o2cqrs/contract";
import {
  guardProgram,
  maskingProgram,
  metricProgram,
  quarantineProgram,
} from "../../../stacks/cqrs/masking/programs.js";
import { vrlPattern } from "../../../stacks/cqrs/masking/vrl.js";
import { defaults, flatten, isStored, type JsonRecord, markerOf, mask, runFunction } from "./run.js";

const programs: [string, string][] = [
  ["guard", guardProgram()],
  ["metric", metricProgram()],
  ["mask", maskingProgram(defaults)],
  ...logStreamRoles.map((role): [string, string] => [`${role} quarantine`, quarantineProgram(role)]),
];

describe("every program of the pipeline", () => {
  it("takes no pattern that a program could not quote", () => {
    expect(() => vrlPattern("it's")).toThrow("VRL cannot quote the pattern it's");
    expect(vrlPattern("its")).toBe("r'its'");
  });

  it.each(programs)("%s compiles with no call that can fail and no warning", (_, program) => {
    expect(vrl.check(program)).toEqual({ errors: [], warnings: [] });
  });

  it.each(programs)("%s never aborts and asserts nothing", (_, program) => {
    expect(program).not.toMatch(/\babort\b|[a-z_]!\(/);
  });

  it.each(programs)("%s ends as the server would end it, so that it reads back unchanged", (_, program) => {
    expect(program).toMatch(/\n\.$/);
    expect(program.trim()).toBe(program);
  });
});

describe("masking a record", () => {
  it("keeps the first character and the domain of an e-mail address", () => {
    expect(mask({ user_email: "alice.b@example.com" }).user_email).toBe("a***@example.com");
  });

  it("keeps the country code and the last two digits of a phone number", () => {
    expect(mask({ user_phone: "+49 170 1234589" }).user_phone).toBe("+49*****89");
  });

  it("masks in free text, wherever in the text it stands", () => {
    const { message } = mask({ message: "mail bob@example.org or call +1 (555) 123-4567 now" });
    expect(message).toBe("mail b***@example.org or call +1*****67 now");
  });

  it("masks at any depth, in arrays, and in texts that hold JSON", () => {
    const masked = mask({
      payload: '{"to":"carol@example.com"}',
      attributes: { customer: { contacts: ["dave@example.com", { tel: "0049 30 12345678" }] } },
    });
    expect(masked.payload).toBe('{"to":"c***@example.com"}');
    expect(masked.attributes).toEqual({
      customer: { contacts: ["d***@example.com", { tel: "+49*****78" }] },
    });
  });

  it("masks the names of keys, where a column's name would give the address away", () => {
    expect(Object.keys(mask({ "eve@example.com": 1 }))).toContain("e____example_com");
  });

  it("masks a personal field whole when its value is of no known shape", () => {
    expect(mask({ user_email: "frank at example" }).user_email).toBe("***");
    expect(mask({ user_phone: "0170/1234567 ext 5" }).user_phone).toBe("*****");
    expect(mask({ user_email: "Grace Hopper <grace@example.com>" }).user_email).toBe("***");
  });

  it("shows no digits of what stands in an e-mail field, and the last two of five or more in a phone field", () => {
    const short = { user_email: "48291", user_phone: "48291" };
    expect(mask(short)).toMatchObject({ user_email: "***", user_phone: "*****91" });
    expect(mask({ user_phone: "call 4829" }).user_phone).toBe("*****");
  });

  it.each([
    ["a number", { user_phone: 491701234567 }, "*****67"],
    ["an object", { user_phone: { home: "170 1234567" } }, "*****"],
    ["an array", { user_phone: ["170 1234567"] }, "*****"],
    ["a truth value", { user_phone: true }, "*****"],
  ])("masks a phone field that holds %s", (_, record, shown) => {
    expect(mask(record as JsonRecord).user_phone).toBe(shown);
  });

  it("masks a number, as a number too, in a field of any depth whose name says phone", () => {
    const masked = mask({
      Phone: 13812345678,
      attributes: {
        customer: [{ mobileNumber: "5551234567", n: 1 }, { tel: 491701234589.0 }],
        phones: [5551234567],
      },
    });
    expect(masked).toMatchObject({
      phone: "*****78",
      attributes: { customer: [{ mobilenumber: "*****67", n: 1 }, { tel: "*****89" }], phones: ["*****"] },
    });
  });

  it("leaves the other fields of such a record as they are", () => {
    const others = {
      text: 'a "quoted" \\ line\n\u0001 é',
      big: 2 ** 53,
      float: 0.1,
      list: [null, true, [], {}],
      empty: "",
    };
    expect(mask({ phone: 13812345678, others })).toMatchObject({ phone: "*****78", others });
  });

  it("knows a personal field under every name that becomes its column", () => {
    for (const record of [
      { User_Email: "heidi at home" },
      { "user-email": "heidi at home" },
      { user: { email: "heidi at home" } },
      { User: { Email: "heidi at home" } },
    ] satisfies JsonRecord[])
      expect(flatten(mask(record)).user_email).toBe("***");
  });

  it("changes nothing when it is done twice", () => {
    const once = mask({ user_email: "ivan@example.com", message: "+33 6 12 34 56 78", region: "x" });
    expect(mask(once)).toEqual(once);
  });
});

describe("what is not personal stays as it is", () => {
  it.each([
    "550e8400-e29b-41d4-a716-446655440000",
    "4bf92f3577b34da6a3ce929d0e0e4736",
    "00f067aa0ba902b7",
    "2026-11-24T08:00:00.123Z",
    "2026-11-24T08:00:00+01:00",
    "2026-11-24 08:00:00 +0000 GET /orders/1001 200 1532",
    "ORD-2026-0012345",
    "order 100245678 of 2026-11-24",
    "took 1234.56 ms, p95 0.13812345678",
    "1795464486898123",
    "10.0.0.1:5080",
    "v1.2.3-rc.4+build.5678",
    "@scope/package@1.2.3",
    "orders:list:page=2&size=50",
  ])("%s", (text) => {
    expect(mask({ message: text }).message).toBe(text);
  });

  it("numbers, truth values and nulls keep their types", () => {
    const record = { duration_ms: 1.5, payload_size: 1234567890, dlq: false, error_code: null };
    expect(mask(record)).toMatchObject(record);
  });

  it("the event time keeps its place", () => {
    expect(mask({ _timestamp: 1795464486898123 })._timestamp).toBe(1795464486898123);
  });
});

describe("normalising", () => {
  it.each([
    ["another time zone", "2026-11-24T09:00:00+01:00", "2026-11-24T08:00:00.000Z"],
    ["no time zone", "2026-11-24T08:00:00", "2026-11-24T08:00:00.000Z"],
    ["a space for the T", "2026-11-24 08:00:00", "2026-11-24T08:00:00.000Z"],
    ["seconds", 1795507200, "2026-11-24T08:00:00.000Z"],
    ["milliseconds", 1795507200123, "2026-11-24T08:00:00.123Z"],
    ["microseconds", 1795507200123456, "2026-11-24T08:00:00.123Z"],
    ["nanoseconds", 1795507200123456800, "2026-11-24T08:00:00.123Z"],
  ])("writes a timestamp given in %s as ISO 8601 in UTC", (_, given, iso) => {
    expect(mask({ timestamp: given }).timestamp).toBe(iso);
  });

  it("takes a missing timestamp from the event time", () => {
    expect(mask({ _timestamp: 1795507200123456 }).timestamp).toBe("2026-11-24T08:00:00.123Z");
  });

  it("gives every record a timestamp, even for a text that is no time", () => {
    const timestamp = mask({ timestamp: "yesterday" }).timestamp as string;
    expect(Math.abs(Date.parse(timestamp) - Date.now())).toBeLessThan(60_000);
  });

  it("writes environment, service and region one way, and fills in what is missing", () => {
    expect(mask({ env: " Production ", service: "Orders", region: "EU-Central-1" })).toMatchObject({
      env: "prod",
      service: "orders",
      region: "eu-central-1",
    });
    expect(mask({})).toMatchObject({ env: "dev", service: "orders", region: "eu-central-1" });
    expect([mask({ env: "Development" }).env, mask({ env: "stage" }).env]).toEqual(["dev", "staging"]);
  });
});

describe("failing closed", () => {
  const failing = `.a = 1 / 0 ?? 0\n. = object!(.nothing)\n.pii_masked = true\n.`;

  it("a record whose masking fails is not stored, whatever marker it brought along", () => {
    const spoofs: JsonRecord[] = [
      { pii_masked: true },
      { pii_masked: "true" },
      { PII_MASKED: true },
      { "Pii-Masked": true },
      { pii: { masked: true } },
      { "": { pii_masked: true } },
      { record: { pii_masked: true } },
    ];
    for (const spoof of spoofs) {
      const guarded = runFunction(guardProgram(), { ...spoof, user_email: "judy@example.com" });
      const passed = runFunction(failing, guarded);
      expect(isStored(passed)).toBe(false);
      expect(markerOf(passed)).toBe(false);
    }
  });

  it("a record that is masked is stored, whatever marker it brought along", () => {
    expect(isStored(mask({ pii_masked: false, message: "hello" }))).toBe(true);
  });

  it("quarantine keeps no value of the record but an id that is one", () => {
    const id = "550e8400-e29b-41d4-a716-446655440000";
    for (const [recordId, kept] of [
      [id, id],
      ["mallory@example.com", ""],
      ["+49 170 1234567", ""],
      [491701234567, ""],
    ] as const) {
      const guarded = runFunction(guardProgram(), { recordId, user_email: "mallory@example.com" });
      const quarantined = runFunction(quarantineProgram("events"), flatten(guarded));
      expect(quarantined).toEqual({
        stream: "cqrs-events",
        reason: expect.any(String),
        quarantined_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        record_id: kept,
      });
      const declared = streams.quarantine.fields.map(({ columnName }) => columnName);
      expect(Object.keys(quarantined).sort()).toEqual([...declared].sort());
    }
  });
});

describe("counting", () => {
  it("makes a metric record of the contract's form from a row of counted errors", () => {
    const row = { metric_name: derivedMetrics.errors, metric_value: 3, bus: "command", type: "PlaceOrder" };
    const { _timestamp, __name__, __type__, ...record } = runFunction(metricProgram(), {
      ...row,
      service: "orders",
      env: "dev",
      _timestamp: 1795507200123456,
    });
    expect(derivedMetricRecord.parse(record)).toMatchObject({ ...row, metric_value: "3", value: 3 });
    expect({ _timestamp, __name__, __type__ }).toEqual({
      _timestamp: 1795507200123456,
      __name__: streams.metrics.storedName,
      __type__: "gauge",
    });
  });
});
