import {
  microsOf,
  parseTime,
  recordTime,
  RejectedRecord,
  tooFar,
  tooOld,
} from "../../../../local/openobserve/ingest/timestamp.js";

const now = 1_795_464_487_898_269;
const arrival = () => now;

describe("The time of a record", () => {
  it.each([
    ["seconds", 1_795_464_486, 1_795_464_486_000_000],
    ["milliseconds", 1_795_464_486_898, 1_795_464_486_898_000],
    ["microseconds", 1_795_464_486_898_269, 1_795_464_486_898_269],
    ["nanoseconds", 1_795_464_486_898_269_000, 1_795_464_486_898_269],
    ["exact nanoseconds", 1_795_464_486_898_269_999n, 1_795_464_486_898_269],
    ["text with a number", "1795464486", 1_795_464_486_000_000],
    ["RFC 3339", "2026-11-23T20:08:05.898269Z", 1_795_464_485_898_269],
    ["RFC 3339 with a zone", "2026-11-23T22:08:05.5+02:00", 1_795_464_485_500_000],
    ["a date and time without a zone", "2026-11-23T20:08:05", 1_795_464_485_000_000],
  ])("is read from %s", (_, given, micros) => {
    expect(recordTime(given, arrival)).toBe(micros);
  });

  it.each([undefined, null, 0, "0"])("is the time of arrival for %p", (given) => {
    expect(recordTime(given, arrival)).toBe(now);
  });

  it.each(["yesterday", true, "2026-11-23", ""])(
    "that is %p cannot be read, and the record fails",
    (given) => {
      expect(() => recordTime(given, arrival)).toThrow(new RejectedRecord("Can't parse timestamp"));
    },
  );

  it("more than five hours ago or a day ahead is refused, with the setting that would allow it", () => {
    const hour = 3_600_000_000;
    expect(recordTime(now - 5 * hour, arrival)).toBe(now - 5 * hour);
    expect(recordTime(now + 24 * hour, arrival)).toBe(now + 24 * hour);
    expect(() => recordTime(now - 5 * hour - 1, arrival)).toThrow(new RejectedRecord(tooOld));
    expect(() => recordTime(now + 24 * hour + 1, arrival)).toThrow(new RejectedRecord(tooFar));
    expect(tooOld).toContain("ZO_INGEST_ALLOWED_UPTO");
    expect(tooFar).toContain("ZO_INGEST_ALLOWED_IN_FUTURE");
  });

  it("of whole microseconds given in nanoseconds is not off by one, whatever a double makes of it", () => {
    for (let micros = now; micros < now + 2_000; micros++) expect(microsOf(micros * 1000)).toBe(micros);
  });

  it("is nothing for a text that is no time", () => {
    expect(parseTime("x")).toBeUndefined();
    expect(parseTime(undefined)).toBeUndefined();
  });
});
