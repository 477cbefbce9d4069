import { maskText } from "@o2cqrs/contract";

describe("masking a text", () => {
  it.each([
    ["anna.schmidt@example.com", "a***@example.com"],
    ["write to .anna@example.com", "write to .a***@example.com"],
    ["anna=@example.com", "a***@example.com"],
    ['"anna schmidt"@example.com', '"a***"@example.com'],
    ["anna%40example.com", "a***%40example.com"],
  ])("keeps the first character and the domain of %s", (text, masked) => {
    expect(maskText(text)).toBe(masked);
  });

  it.each([
    ["+49 170 1234589", "+49*****89"],
    ["call 0049 170 1234589", "call +49*****89"],
    ["call 0170 1234589", "call *****89"],
    ["(555) 123-4567", "*****67"],
  ])("keeps the country code, where it is given, and the last two digits of %s", (text, masked) => {
    expect(maskText(text)).toBe(masked);
  });

  it("masks every address of a text, and numbers beside them", () => {
    expect(maskText("a.b@x.example, c.d@y.example, +49 170 1234589")).toBe(
      "a***@x.example, c***@y.example, +49*****89",
    );
  });

  it("changes nothing when done twice", () => {
    const once = maskText("anna@example.com +49 170 1234589");
    expect(maskText(once)).toBe(once);
  });
});
