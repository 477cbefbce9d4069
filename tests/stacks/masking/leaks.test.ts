import { maskText } from "@o2cqrs/contract";
import fc from "fast-check";
import { emailForms, impersonal, phoneForms } from "../../contract/written-forms.js";
import { type Json, type JsonRecord, mask } from "./run.js";

/**
 * Generated personal data, put into generated places. What was put in must be found nowhere in what comes
 * out: not the address, not its local part, not the run of the number's digits.
 */

/** The program is compiled for every run, so a run masks many cases at once where it can. */
const runs = { numRuns: 25 };
const batch = <T>(cases: fc.Arbitrary<T>) => fc.array(cases, { minLength: 20, maxLength: 40 });
const batches = { numRuns: 6 };

/** Masks texts by the pipeline, all in one record. */
const maskedTexts = (texts: string[]) => mask({ attributes: { texts } }).attributes as { texts: string[] };

const letters = "abcdefghijklmnopqrstuvwxyzäöüßéèñçøłжшщдюя用户名字ñ".split("");
const localPart = fc
  .array(fc.constantFrom(...letters, ..."0123456789._+-%!#$^~".split("")), { minLength: 3, maxLength: 24 })
  .map((characters) => characters.join(""))
  // What an address cannot start or end with would be the text around it.
  .filter((text) => /^[\p{L}\p{N}].*[\p{L}\p{N}]$/u.test(text));
const label = fc
  .array(fc.constantFrom(...letters, ..."0123456789-".split("")), { minLength: 1, maxLength: 12 })
  .map((characters) => characters.join(""));
const topLevel = fc.constantFrom("com", "org", "co.uk", "de", "公司", "xn--p1ai", "museum");
const domain = fc
  .tuple(label, topLevel)
  .map((parts) => parts.join("."))
  .filter((name) => !name.startsWith("-"));

const written = fc.constantFrom<(text: string) => string>(
  (text) => text,
  (text) => text.toUpperCase(),
  (text) => text.replace("@", "%40"),
  (text) => encodeURIComponent(text),
  (text) => text.replace("@", "＠"),
  (text) => text.replace("@", "\\@").replaceAll(".", "\\."),
  (text) => text.replaceAll(/./gu, (character) => `&#${character.codePointAt(0)};`),
);

const email = fc
  .record({ local: localPart, domain, write: written })
  .map(({ local, domain: host, write }) => {
    const text = write(`${local}@${host}`);
    return { text, secret: text.slice(0, text.search(/\\@|@|＠|%40|&#64;/)) };
  });

const countries = ["1", "7", "20", "33", "44", "49", "86", "91", "351", "380", "420", "971", "995"];
const phone = fc
  .record({
    country: fc.constantFrom(...countries),
    number: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 7, maxLength: 11 }),
    separator: fc.constantFrom("", " ", "-", ".", "\u00a0", "\u202f", "‑", "ー", "•", "_", " - "),
    group: fc.integer({ min: 2, max: 4 }),
    prefix: fc.constantFrom("+", "00", "%2B", "＋"),
    area: fc.boolean(),
  })
  .map(({ country, number, separator, group, prefix, area }) => {
    const digits = number.join("");
    const groups = digits.match(new RegExp(`\\d{1,${group}}`, "g")) ?? [];
    const [first = "", ...rest] = groups;
    const text = `${prefix}${country}${separator}${[area ? `(${first})` : first, ...rest].join(separator)}`;
    return { text, digits };
  });

const word = fc.constantFrom("call", "to", "{", '"', "(", "tel:", "mail=", "<", "是", "", "\n", ">", ",");
const around = fc.tuple(word, word).map(
  ([before, after]) =>
    (text: string) =>
      `${before} ${text} ${after}`,
);

/** A record that holds a text in every way in which one gets into a record. */
const everywhere = (text: string): JsonRecord => ({
  message: text,
  error: `Error: ${text}`,
  payload: JSON.stringify({ user: { contact: [text] } }),
  attributes: { deep: [{ deeper: { list: ["x", text] } }], [text]: text },
  user_email: text,
  user_phone: text,
  unknownField: text,
  [text]: 1,
});

const everyText = (value: Json): string =>
  typeof value === "string"
    ? value
    : value !== null && typeof value === "object"
      ? Object.entries(value)
          .map(([key, inner]) => `${key}\n${everyText(inner)}`)
          .join("\n")
      : String(value);

describe("every known way of writing", () => {
  const forms = [...emailForms, ...phoneForms];

  it("personal data is masked in values, as in the application", () => {
    const around = (text: string) => [text, `see ${text}, now`, `请联系${text}。`];
    const { texts } = maskedTexts(forms.flatMap(([text]) => around(text)));
    expect(texts).toEqual(forms.flatMap(([text]) => around(text)).map(maskText));
    for (const [index, [, masked]] of forms.entries()) expect(texts[3 * index]).toBe(masked);
  });

  it("personal data is masked in the names of keys", () => {
    const column = (text: string) =>
      text.toLowerCase().replace(/[\x00-\x7f]/g, (c) => (/[a-z0-9_]/.test(c) ? c : "_"));
    const keys = Object.keys(
      mask({ attributes: Object.fromEntries(forms.map(([text]) => [text, 1])) }).attributes as JsonRecord,
    );
    expect(new Set(keys)).toEqual(new Set(forms.map(([, masked]) => column(masked))));
  });

  it("ids, times, amounts and versions is left as it is", () => {
    expect(maskedTexts([...impersonal]).texts).toEqual(impersonal);
  });
});

describe("no generated e-mail address survives", () => {
  it("in any place of a record, in any writing", () => {
    fc.assert(
      fc.property(email, around, ({ text, secret }, embed) => {
        const output = everyText(mask(everywhere(embed(text)))).toLowerCase();
        expect(output).not.toContain(text.toLowerCase());
        expect(output).not.toContain(secret.toLowerCase());
      }),
      runs,
    );
  });

  it("of the forms that RFC 5322 allows without quotes", () => {
    fc.assert(
      fc.property(batch(fc.emailAddress()), (addresses) => {
        const { texts } = maskedTexts(addresses.map((address) => `from ${address};`));
        for (const [index, address] of addresses.entries()) expect(texts[index]).not.toContain(address);
      }),
      batches,
    );
  });

  it("when several stand in one text", () => {
    fc.assert(
      fc.property(batch(email), (addresses) => {
        const output = everyText(mask({ message: addresses.map(({ text }) => text).join(", ") }));
        for (const { text } of addresses) expect(output).not.toContain(text);
      }),
      batches,
    );
  });

  it("with a quoted local part", () => {
    expect(mask({ message: 'to "mary ann"@example.com' }).message).toBe('to "m***"@example.com');
  });
});

describe("no generated phone number survives", () => {
  it("in any place of a record, in any writing", () => {
    fc.assert(
      fc.property(phone, around, ({ text, digits }, embed) => {
        // The time of day has digits of its own.
        const output = everyText({ ...mask(everywhere(embed(text))), timestamp: "" });
        expect(output).not.toContain(text);
        // The last two digits stay, so what must be gone is the rest of them in a row.
        expect(output.replace(/[^\d\n]/g, "")).not.toContain(digits.slice(0, -2));
      }),
      runs,
    );
  });

  it.each([
    ["in Arabic digits", "+٩٧١٥٠١٢٣٤٥٦٧"],
    ["in full width", "＋４９１７０１２３４５６７"],
    ["of China without its country code", "13812345678"],
    ["of North America in dashes", "555-123-4567"],
    ["with an area code in brackets", "(555) 123-4567"],
    ["with a trunk prefix", "0170 1234567"],
    ["of London", "020 7946 0958"],
  ])("%s", (_, number) => {
    expect(mask({ message: `call ${number}.` }).message).toMatch(/^call (\+\p{Nd}{1,3})?\*{5}\p{Nd}{2}\.$/u);
  });
});

describe("no type of a value lets a record through unmasked", () => {
  const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;

  it("whatever stands in the personal and the normalised fields", () => {
    const fields = fc.constantFrom("user_email", "user_phone", "message", "timestamp", "env", "attributes");
    fc.assert(
      fc.property(fields, json, email, (field, value, { text, secret }) => {
        const masked = mask({ [field]: value, other: { nested: [value, text] } });
        expect(masked.pii_masked).toBe(true);
        expect(everyText(masked)).not.toContain(secret + "@");
        expect(everyText(masked)).not.toContain(text);
      }),
      runs,
    );
  });
});

describe("what is not personal survives", () => {
  it.each<[string, fc.Arbitrary<string>]>([
    ["UUIDs", fc.uuid()],
    ["trace ids", fc.stringMatching(/^[0-9a-f]{32}$/)],
    [
      "ISO timestamps",
      fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map((d) => d.toISOString()),
    ],
    [
      "order numbers",
      fc.integer({ min: 1, max: 999_999 }).map((n) => `ORD-2026-${String(n).padStart(7, "0")}`),
    ],
    ["durations", fc.double({ min: 0, max: 1e6, noNaN: true }).map((n) => `${n.toFixed(3)} ms`)],
    ["instants", fc.integer({ min: 1_000_000_000, max: 9_999_999_999 }).map(String)],
  ])("%s", (_, values) => {
    fc.assert(
      fc.property(batch(values), (given) => {
        const { texts } = maskedTexts(given.flatMap((value) => [value, `id ${value} done`]));
        expect(texts).toEqual(given.flatMap((value) => [value, `id ${value} done`]));
      }),
      batches,
    );
  });
});

describe("the application's masker and the pipeline's", () => {
  it("mask every text alike", () => {
    const texts = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.constantFrom("phone ", "tel:", "手机", "请", "e-mail:", "\u200b", "00", "(", "\\", "+", "1"),
      email.map(({ text }) => text),
      phone.map(({ text }) => text),
    );
    fc.assert(
      fc.property(batch(fc.array(texts, { maxLength: 4 })), (given) => {
        const joined = given.map((parts, index) => parts.join(index % 2 === 0 ? " " : ""));
        expect(maskedTexts(joined).texts).toEqual(joined.map(maskText));
      }),
      batches,
    );
  });

  it.each([
    "a",
    "\\",
    "+",
    "1 ",
    "+1 ",
    "%25",
    "&amp;",
    "email:a",
    "tel:",
    "(",
    "00",
    "a@",
    "a@a.",
    "a@%2E",
    "\u200b",
    '"a',
  ])("is linear in the length of a text of %j", (unit) => {
    const started = performance.now();
    maskText(`${unit.repeat(400_000 / unit.length)}!`);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
