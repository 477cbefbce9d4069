import { maskRules, maskText, phoneFieldRules, piiMarker } from "@o2cqrs/contract";
import { emailForms, impersonal, mistakenForPhones, phoneForms } from "./written-forms.js";

const formsOf = {
  email: emailForms.map(([text]) => text),
  phone: phoneForms.map(([text]) => text),
  any: ["an\u200bna"],
};

const aloneAndAmong = (text: string) => [text, `at ${text} end`, `(${text})`, `{"x":"${text}"}`];

describe("masking a text", () => {
  it.each(emailForms)("keeps the first character and the domain of %s", (text, masked) => {
    expect(maskText(text)).toBe(masked);
    expect(maskText(`to ${text}, now`)).toBe(`to ${masked}, now`);
  });

  it.each(phoneForms)(
    "keeps the country code, where it is given, and the last two digits of %s",
    (text, masked) => {
      expect(maskText(text)).toBe(masked);
      expect(maskText(`see ${text}, now`)).toBe(`see ${masked}, now`);
    },
  );

  it.each(impersonal)("leaves %s as it is", (text) => {
    expect(aloneAndAmong(text).map(maskText)).toEqual(aloneAndAmong(text));
  });

  it("masks every address of a text, and numbers beside them", () => {
    expect(maskText("a.b@x.example, c.d@y.example, +49 170 1234589")).toBe(
      "a***@x.example, c***@y.example, +49*****89",
    );
  });

  it("changes nothing when done twice", () => {
    for (const [text] of [...emailForms, ...phoneForms]) {
      const once = maskText(text);
      expect(maskText(once)).toBe(once);
    }
  });

  it("says of each rule which kind of data it finds", () => {
    for (const { kind, pattern, description } of maskRules) {
      const found = formsOf[kind].filter((text) => new RegExp(pattern, "gu").test(text));
      expect(`${description}: ${found.length > 0}`).toBe(`${description}: true`);
    }
  });

  it("takes a time linear in the text's length: a word of a million letters is no trap", () => {
    const word = "a".repeat(1_000_000);
    expect(maskText(word)).toBe(word);
    expect(maskText(`${word}=`)).toBe(`${word}=`);
  });

  it.each(mistakenForPhones)("masks %s, which could be a phone number", (text) => {
    expect(maskText(text)).toMatch(/^\+?\d{0,3}\*{5}\d\d$/);
  });

  it("is told to have been done by a column that only the pipeline sets", () => {
    expect(piiMarker).toBe("pii_masked");
  });

  it("says of each rule what it finds, in a pattern that VRL can quote and that looks around nowhere", () => {
    for (const { pattern, description } of maskRules) {
      expect(description).toMatch(/^\p{Lu}.{20}/u);
      expect(pattern).not.toMatch(/'|\(\?[=!<]/);
    }
  });
});

describe("masking the fields of JSON whose names say phone", () => {
  const mask = (json: unknown) =>
    phoneFieldRules.reduce(
      (text, { pattern, replacement }) => text.replace(new RegExp(pattern, "gu"), replacement),
      JSON.stringify(json),
    );

  it.each<[unknown, unknown]>([
    [{ phone: 491701234589 }, { phone: "*****89" }],
    [{ customer_mobile: "5551234567" }, { customer_mobile: "*****67" }],
    [{ a: [{ tel: "(555) 123 4567", b: 1 }] }, { a: [{ tel: "*****67", b: 1 }] }],
    [{ phonenumber: -4917012345 }, { phonenumber: "*****45" }],
    [
      { phones: [5551234567, "x"], fax: 5551234567 },
      { phones: ["*****"], fax: "*****67" },
    ],
    [
      { phone: "5551234567, 5551234568", x: 1 },
      { phone: "*****", x: 1 },
    ],
    [{ phone: "5551234567 (home)" }, { phone: "*****" }],
    [{ 手机号: 5551234567 }, { 手机号: "*****67" }],
    [{ téléphone: 612345678 }, { téléphone: "*****78" }],
    [
      { phone: { number: 5551234567 }, x: 1 },
      { phone: "*****", x: 1 },
    ],
    [{ phonenumbers: [{ type: "work", value: "5551234567" }] }, { phonenumbers: ["*****"] }],
  ])("%j", (record, masked) => {
    expect(JSON.parse(mask(record))).toEqual(masked);
  });

  it.each([
    { phone_verified_at: 1700000000 },
    { telemetry: 12345678 },
    { phone: "Nokia 3310" },
    { phone: { model: "Nokia 3310" } },
    { phone: -1.549914e-318 },
    { phone: null, mobile: true, cell: 123 },
    { message: 'the "phone":5551234567 of a text' },
    { duration_ns: 13812345678 },
  ])("leaves %j as it is", (record) => {
    expect(mask(record)).toBe(JSON.stringify(record));
  });
});
