import { CommanderError } from "commander";
import { conformanceRun } from "../../../ops/conformance/options.js";

const said: string[] = [];

beforeEach(() => {
  said.length = 0;
  for (const stream of [process.stdout, process.stderr])
    jest.spyOn(stream, "write").mockImplementation((text) => said.push(String(text)) > 0);
});

afterEach(() => jest.restoreAllMocks());

const refusal = (...args: string[]): CommanderError => {
  try {
    conformanceRun(args, {});
  } catch (error) {
    if (error instanceof CommanderError) return error;
    throw error;
  }
  throw new Error("it was taken");
};

test("judges the embedded server as each version unless told otherwise", () => {
  expect(conformanceRun([], {})).toEqual({ versions: ["0.60", "0.90"] });
  expect(conformanceRun(["--version", "0.90", "--json", "a.json"], {})).toEqual({
    versions: ["0.90"],
    json: "a.json",
  });
});

test("judges a server of one's own with the password of the environment, the given one if there is none", () => {
  const args = ["--url", "https://o2.example.com", "--user", "root@example.com", "--org", "empty"];
  const server = { url: "https://o2.example.com", user: "root@example.com" };
  expect(conformanceRun([...args, "--password", "given"], { O2CQRS_PASSWORD: "set" })).toMatchObject({
    server: { ...server, password: "set" },
    org: "empty",
  });
  expect(conformanceRun([...args, "--password", "given"], {})).toMatchObject({
    server: { ...server, password: "given" },
  });
});

test("prints its usage when asked for help", () => {
  expect(refusal("--help").exitCode).toBe(0);
  expect(said.join("")).toContain("Usage: npm run conformance -- [options]");
});

test.each([
  ["an option that there is none of", ["--bogus"], "unknown option '--bogus'"],
  ["another version", ["--version", "1.0"], "Allowed choices are 0.60, 0.90."],
  ["a server without a password", ["--url", "https://o2.example.com", "--user", "a@b.c"], "O2CQRS_PASSWORD"],
])("refuses %s, and says what is allowed", (_what, args, reason) => {
  expect(refusal(...args).exitCode).toBe(1);
  expect(said.join("")).toContain(reason);
});
