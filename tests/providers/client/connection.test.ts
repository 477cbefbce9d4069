import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { connectionFrom, ConnectionSettingsError, localServerFile } from "@o2cqrs/providers/client";

const from = (config: Record<string, string>, env: Record<string, string> = {}, folder = tmpdir()) =>
  connectionFrom({ config: (key) => config[key], env, folder });

describe("The connection", () => {
  test("comes from the stack's config, with the organisation default", () => {
    const config = { url: "https://observe.example.com/base/", user: "u@example.com", password: "p" };
    expect(from(config)).toEqual({
      url: "https://observe.example.com/base",
      organization: "default",
      credential: { kind: "basic", user: "u@example.com", password: "p" },
    });
  });

  test("takes each value that config lacks from the environment", () => {
    const env = {
      O2CQRS_URL: "http://a",
      O2CQRS_USER: "env",
      O2CQRS_PASSWORD: "p",
      O2CQRS_ORGANIZATION: "acme",
    };
    expect(from({ user: "config" }, env)).toMatchObject({
      url: "http://a",
      organization: "acme",
      credential: { user: "config", password: "p" },
    });
  });

  test("uses a token with auth bearer, and a certificate when there is one", () => {
    const config = { url: "https://a", auth: "bearer", token: "t", caCertificate: "PEM" };
    expect(from(config)).toMatchObject({ credential: { kind: "bearer", token: "t" }, caCertificate: "PEM" });
  });

  test("that is not complete says in one error how to set all that is missing", () => {
    expect(() => from({})).toThrow(ConnectionSettingsError);
    expect(() => from({})).toThrow(
      [
        "The connection to OpenObserve is not complete. Set what is missing:",
        "  pulumi config set o2cqrs:url https://observe.example.com   (or set O2CQRS_URL)",
        "  pulumi config set o2cqrs:user deploy@example.com   (or set O2CQRS_USER)",
        "  pulumi config set --secret o2cqrs:password   (or set O2CQRS_PASSWORD)",
      ].join("\n"),
    );
    expect(() => from({ auth: "bearer", url: "https://a" })).toThrow(/--secret o2cqrs:token/);
  });

  test("refuses an address with a password in it, without repeating it", () => {
    const config = { url: "https://u:hunter2@observe.example.com", user: "u", password: "p" };
    expect(() => from(config)).toThrow(/must not contain a user or password/);
    expect(() => from(config)).not.toThrow(/hunter2/);
    expect(() => from({ ...config, url: "observe" })).toThrow(/must be an address/);
    expect(() => from({ ...config, auth: "digest" })).toThrow(/basic or bearer/);
  });

  describe("of the local target", () => {
    let project: string;
    const local = { url: "http://127.0.0.1:5080", user: "root@example.com", password: "local" };

    beforeEach(async () => {
      project = await mkdtemp(join(tmpdir(), "o2cqrs-connection-"));
      await mkdir(dirname(join(project, localServerFile)), { recursive: true });
      await mkdir(join(project, "stacks", "deep"), { recursive: true });
      await writeFile(join(project, localServerFile), JSON.stringify(local), { mode: 0o600 });
    });
    afterEach(() => rm(project, { recursive: true }));

    test("is found upwards from any folder of the project, after config and environment", () => {
      const deep = join(project, "stacks", "deep");
      expect(from({ target: "local" }, {}, deep)).toMatchObject({
        url: local.url,
        credential: { user: local.user, password: "local" },
      });
      expect(from({ target: "local", url: "http://other" }, {}, deep).url).toBe("http://other");
      expect(() => from({ target: "existing" }, {}, deep)).toThrow(ConnectionSettingsError);
    });

    test("says to start the server again when its file is broken", async () => {
      await writeFile(join(project, localServerFile), "{}");
      expect(() => from({ target: "local" }, {}, project)).toThrow(/start the local server again/);
    });
  });
});
