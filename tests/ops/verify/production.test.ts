import { envNames } from "@o2cqrs/contract";
import { CertificateError, NotFoundError } from "@o2cqrs/providers/client";
import { https } from "../../../ops/verify/checks/security.js";
import { openVerifyContext, type VerifyContext } from "../../../ops/verify/context.js";
import { deployedBefore } from "../support/deployed-before.js";

/** Nobody listens there, and nothing of these tests asks. */
const host = "127.0.0.1:9";

async function contextOf(stack: string, { url = `http://${host}`, environment = "" } = {}) {
  const context = await openVerifyContext({
    session: { env: {}, projectRoot: "/nonexistent", signal: new AbortController().signal },
    deployer: deployedBefore(url, { "o2cqrs:environment": environment }),
    stack,
    since: { text: "15m", milliseconds: 900_000 },
    evenUnreachable: true,
  });
  await context.close();
  return context;
}

describe("production is known by its environment, which is the stack's own name unless another is given:", () => {
  test.each([
    ["prod", "", "prod"],
    ["acme/prod", "", "prod"],
    ["acme/shop/production", "", "production"],
    ["acme/shop/staging", "", "staging"],
    ["acme/eu", "prod", "prod"],
    ["prod", "dev", "dev"],
  ])("stack %s with environment %j is %s", async (stack, given, environment) => {
    const context = await contextOf(stack, { environment: given });
    expect(context.environment).toBe(environment);
    const isProduction = ["prod", "production"].includes(environment);
    expect((await https(context)).verdict).toBe(isProduction ? "fail" : "notApplicable");
  });
});

describe("production by https", () => {
  const withAnswer = async (answer: Error, env: Record<string, string> = {}): Promise<VerifyContext> => {
    const context = await contextOf("prod", { url: `https://${host}` });
    const app = { config: () => Promise.reject(answer) } as unknown as VerifyContext["app"];
    return { ...context, app, appEnv: { ...context.appEnv, ...env } };
  };
  const request = { method: "GET", path: "/config", serverMessage: "no" };

  test("is shown by any answer, as a gateway may hide what is asked for", async () => {
    const hidden = new NotFoundError({ ...request, status: 404 });
    expect(await https(await withAnswer(hidden))).toMatchObject({ verdict: "pass" });
  });

  test("is not shown by a certificate that does not hold", async () => {
    const refused = new CertificateError({ ...request, address: `https://${host}` });
    await expect(https(await withAnswer(refused))).rejects.toThrow("no");
  });

  test("is missed where an exporter is given a plain address", async () => {
    const plain = { [envNames.otlpTraces]: `http://${host}/v1/traces` };
    expect(await https(await withAnswer(new Error("not asked"), plain))).toMatchObject({
      verdict: "fail",
      details: [`${envNames.otlpTraces}: http://${host}/v1/traces`],
    });
  });
});
