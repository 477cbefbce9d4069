import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { envNames } from "@o2cqrs/contract";
import { type RunningServer, startServer } from "@o2cqrs/local-openobserve";
import { type Deployer } from "../../../ops/deployment/deployer.js";
import { tokenRights } from "../../../ops/verify/checks/security.js";
import { openVerifyContext, type VerifyContext } from "../../../ops/verify/context.js";
import { postMetrics } from "../../../ops/verify/probe/metrics.js";
import { postOtlp } from "../../../ops/verify/probe/otlp.js";
import { openProxy, type RecordingProxy } from "../support/recording-proxy.js";

jest.setTimeout(120_000);

const user = "root@example.com";
const password = "Complexpass#123";

describe("verify of a server whose certificate the stack's own authority signed", () => {
  let folder: string;
  let cert: string;
  let server: RunningServer;
  let front: RecordingProxy;
  let context: VerifyContext;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "o2cqrs-certificate-"));
    const tls = await selfSigned(folder);
    cert = tls.cert;
    server = await startServer({ dataDir: join(folder, "data"), rootUser: user, rootPassword: password });
    front = await openProxy(server.url, tls);
    context = await openVerifyContext({
      session: { env: {}, projectRoot: folder, signal: new AbortController().signal },
      deployer: deployedAt(front.url, cert),
      stack: "private",
      since: { text: "15m", milliseconds: 15 * 60_000 },
    });
  });

  afterAll(async () => {
    await context.close();
    await front.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("writes its probes", async () => {
    const now = Date.now() * 1000;
    const sample = { __name__: "private_probe", __type__: "gauge", value: 1, _timestamp: now };
    await postMetrics(context, [sample]);
    await postOtlp(context, "traces", { resourceSpans: [] });
    const names = (await context.admin.streams.list("metrics")).map(({ name }) => name);
    expect(names).toContain("private_probe");
  });

  it("has the wrong credentials refused by the server, not by the certificate", async () => {
    expect(await tokenRights(context)).toMatchObject({ verdict: "pass" });
  });

  it("trusts nobody without the authority's certificate", async () => {
    const { caCertificate, ...stranger } = context;
    expect(caCertificate).toBe(cert);
    await expect(postMetrics(stranger, [])).rejects.toThrow(/self-signed certificate/);
    await expect(tokenRights(stranger)).rejects.toThrow(/caCertificate/);
  });
});

async function selfSigned(folder: string): Promise<{ cert: string; key: string }> {
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"];
  const subject = ["-subj", "/CN=o2cqrs test", "-addext", "subjectAltName=IP:127.0.0.1"];
  await promisify(execFile)("openssl", ["req", "-x509", ...curve, ...subject, "-keyout", key, "-out", cert]);
  return { cert: await readFile(cert, "utf8"), key: await readFile(key, "utf8") };
}

function deployedAt(url: string, caCertificate: string): Deployer {
  const env = {
    [envNames.url]: url,
    [envNames.organization]: "default",
    [envNames.user]: user,
    [envNames.token]: password,
  };
  const config = { url, user, password, caCertificate };
  return {
    title: "a stack that was deployed before",
    run: () => Promise.reject(new Error("not in these tests")),
    plan: () => Promise.reject(new Error("not in these tests")),
    outputs: () => Promise.resolve({ env }),
    config: () =>
      Promise.resolve(
        Object.fromEntries(Object.entries(config).map(([key, value]) => [`o2cqrs:${key}`, value])),
      ),
  };
}
