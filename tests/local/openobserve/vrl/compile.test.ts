import { compileVrl } from "../../../../local/openobserve/vrl/compile.js";

const mockCheck = jest.fn((source: string) => ({ errors: source === "bad" ? [{}] : [] }));
jest.mock("@bpinternal/verel", () => ({ check: (source: string) => mockCheck(source) }));
jest.mock("../../../../local/openobserve/vrl/diagnostic.js", () => ({ renderDiagnostic: () => "drawn" }));

beforeEach(() => mockCheck.mockClear());

describe("the compiler of VRL", () => {
  it("is asked once for a program that compiles", () => {
    for (let n = 0; n < 3; n++) expect(compileVrl(".")).toEqual({ ok: true });
    expect(mockCheck).toHaveBeenCalledTimes(1);
  });

  it("is asked each time for one that does not", () => {
    for (let n = 0; n < 2; n++) expect(compileVrl("bad")).toEqual({ ok: false, error: "\ndrawn\n" });
    expect(mockCheck).toHaveBeenCalledTimes(2);
  });

  it("is asked again for the one of a hundred and one that was used least lately", () => {
    compileVrl("first");
    compileVrl("second");
    compileVrl("first");
    for (let n = 0; n < 99; n++) compileVrl(`.n = ${n}`);
    mockCheck.mockClear();
    compileVrl("first");
    expect(mockCheck).not.toHaveBeenCalled();
    compileVrl("second");
    expect(mockCheck).toHaveBeenCalledTimes(1);
  });
});
