import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "@o2cqrs/providers/client";
import { stringify } from "yaml";
import { commandDriver } from "../../../ops/gate/traffic/command.js";
import { canaryAnnotations, ingressDriver } from "../../../ops/gate/traffic/ingress.js";
import { clusterAccess } from "../../../ops/gate/traffic/kubeconfig.js";

jest.setTimeout(60_000);

const { signal } = new AbortController();

let folder: string;

beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "o2cqrs-traffic-"))));
afterEach(() => rm(folder, { recursive: true }));

describe("the command hook", () => {
  const write = (file: string) =>
    JSON.stringify([
      process.execPath,
      "-e",
      `fs.writeFileSync(${JSON.stringify(file)}, process.argv[1] + " " + process.env.O2CQRS_CANARY_PERCENT)`,
      "--",
      "to={percent};$(id)",
    ]);

  test("is told the percentage, and no shell reads its arguments", async () => {
    const file = join(folder, "said");
    await commandDriver(write(file), { PATH: process.env.PATH }).set(25, signal);
    expect(await readFile(file, "utf8")).toBe("to=25;$(id) 25");
  });

  test("that fails says so, with its last words", async () => {
    const hook = JSON.stringify([
      process.execPath,
      "-e",
      "console.error('no such service'); process.exit(3)",
    ]);
    await expect(commandDriver(hook, {}).set(5, signal)).rejects.toThrow(/exit code 3: no such service/);
  });

  test("that is not there says so", async () => {
    await expect(commandDriver('["/no/such/hook"]', {}).set(5, signal)).rejects.toThrow("could not be run");
  });

  test("ends with the gate that is interrupted", async () => {
    const controller = new AbortController();
    const hook = JSON.stringify([process.execPath, "-e", "setInterval(() => {}, 1000)"]);
    const moved = commandDriver(hook, {}).set(5, controller.signal);
    controller.abort(new Error("interrupted"));
    await expect(moved).rejects.toThrow("interrupted");
  });

  test("that leaves something running in the background is done when it ends itself", async () => {
    const pid = join(folder, "pid");
    const background = `require("child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: ["ignore", "ignore", "inherit"], detached: true })`;
    const hook = [
      process.execPath,
      "-e",
      `const child = ${background}; child.unref(); fs.writeFileSync(${JSON.stringify(pid)}, String(child.pid))`,
    ];
    await commandDriver(JSON.stringify(hook), { PATH: process.env.PATH }).set(5, signal);
    process.kill(Number(await readFile(pid, "utf8")));
  });

  test("that does not end when it is told to is killed", async () => {
    const [controller, ready] = [new AbortController(), join(folder, "ready")];
    const hook = [
      process.execPath,
      "-e",
      `process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); fs.writeFileSync(${JSON.stringify(ready)}, "")`,
    ];
    const moved = commandDriver(JSON.stringify(hook), {}).set(5, controller.signal);
    await eventually(() => Promise.resolve(existsSync(ready) ? true : undefined), { withinMs: 50_000 });
    controller.abort(new Error("interrupted"));
    await expect(moved).rejects.toThrow("interrupted");
  });

  test.each(["shift 5", "[]", '[""]', '{"a":1}', '[1,"a"]', "null"])("is no %s", (text) => {
    expect(() => commandDriver(text, {})).toThrow("not a JSON array of texts");
  });
});

describe("the canary ingress", () => {
  let server: Server;
  let url: string;
  let annotations: Record<string, string>;
  let requests: Readonly<Record<"method" | "url" | "authorization" | "type", string | undefined>>[];
  let stubborn: boolean;

  beforeEach(async () => {
    annotations = { [canaryAnnotations.weight]: "5", other: "stays" };
    requests = [];
    stubborn = false;
    server = createServer((request, response) => {
      const { method, headers } = request;
      requests.push({
        method,
        url: request.url,
        authorization: headers.authorization,
        type: headers["content-type"],
      });
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        if (headers.authorization !== "Bearer secret-token")
          return response.writeHead(401).end("Unauthorized");
        if (!request.url!.endsWith("/orders-canary")) return response.writeHead(404).end("not found");
        if (method === "PATCH" && !stubborn)
          Object.assign(annotations, JSON.parse(Buffer.concat(chunks).toString()).metadata.annotations);
        return response.end(JSON.stringify({ metadata: { annotations } }));
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });

  const driver = (changes: object = {}) =>
    ingressDriver({
      access: { server: url, token: "secret-token", namespace: "shop", ...changes },
      ingress: "orders-canary",
    });

  test("is patched in its weight alone, and read back", async () => {
    const traffic = driver();
    expect(await traffic.read(signal)).toBe(5);
    await traffic.set(25, signal);
    expect(await traffic.read(signal)).toBe(25);
    await traffic.close();
    expect(annotations).toEqual({
      [canaryAnnotations.canary]: "true",
      [canaryAnnotations.weight]: "25",
      other: "stays",
    });
    expect(requests[1]).toEqual({
      method: "PATCH",
      url: "/apis/networking.k8s.io/v1/namespaces/shop/ingresses/orders-canary",
      authorization: "Bearer secret-token",
      type: "application/merge-patch+json",
    });
  });

  test("that something changes back is noticed", async () => {
    stubborn = true;
    const traffic = driver();
    await expect(traffic.set(50, signal)).rejects.toThrow("is 5 after it was set to 50");
    await traffic.close();
  });

  test("that may not be changed says what to do, and never shows the token", async () => {
    const traffic = driver({ token: "another-token" });
    const error = await traffic.set(5, signal).catch((caught: unknown) => caught as Error);
    expect(error).toMatchObject({ message: expect.stringContaining("401"), cure: expect.any(String) });
    expect(JSON.stringify(error) + String(error)).not.toContain("another-token");
    await traffic.close();
  });

  test("is shown the token that the file holds now, as a pod's is replaced every hour", async () => {
    const tokenFile = join(folder, "token");
    await writeFile(tokenFile, "an-old-token\n");
    const traffic = driver({ token: undefined, tokenFile });
    await expect(traffic.read(signal)).rejects.toThrow("401");
    await writeFile(tokenFile, "secret-token\n");
    expect(await traffic.read(signal)).toBe(5);
    await traffic.close();
  });

  test("is shown the token before, while the file cannot be read", async () => {
    const traffic = driver({ tokenFile: join(folder, "away") });
    expect(await traffic.read(signal)).toBe(5);
    await traffic.close();
  });

  test("of a cluster that is away has the exit code for that", async () => {
    const traffic = driver({ server: "http://127.0.0.1:1" });
    await expect(traffic.set(5, signal)).rejects.toMatchObject({ exitCode: 3 });
    await traffic.close();
  });
});

describe("access to a cluster", () => {
  const config = (user: object, cluster: object = {}) => ({
    "current-context": "here",
    contexts: [{ name: "here", context: { cluster: "c", user: "u", namespace: "shop" } }],
    clusters: [{ name: "c", cluster: { server: "https://10.0.0.1:6443", ...cluster } }],
    users: [{ name: "u", user }],
  });

  async function access(content: object, context?: string) {
    const kubeconfig = join(folder, "config");
    await writeFile(kubeconfig, stringify(content));
    return clusterAccess({ env: {}, kubeconfig, context });
  }

  test("comes from the current context of a kubeconfig, files relative to it", async () => {
    await writeFile(join(folder, "ca.pem"), "a certificate");
    const key = Buffer.from("a key").toString("base64");
    expect(
      await access(config({ token: "t", "client-key-data": key }, { "certificate-authority": "ca.pem" })),
    ).toEqual({
      server: "https://10.0.0.1:6443",
      ca: "a certificate",
      token: "t",
      tokenFile: undefined,
      clientKey: "a key",
      clientCertificate: undefined,
      namespace: "shop",
    });
  });

  test("comes from the service account in a pod", async () => {
    for (const name of ["ca.crt", "token", "namespace"]) await writeFile(join(folder, name), `the ${name}\n`);
    const env = { KUBERNETES_SERVICE_HOST: "10.96.0.1", KUBERNETES_SERVICE_PORT: "443" };
    expect(await clusterAccess({ env, serviceAccountFolder: folder })).toEqual({
      server: "https://10.96.0.1:443",
      ca: "the ca.crt",
      token: "the token",
      tokenFile: join(folder, "token"),
      namespace: "the namespace",
    });
  });

  test.each([
    ["a certificate", { token: "t" }, { "certificate-authority": "gone.pem" }, "gone.pem"],
    ["a client's key", { "client-certificate-data": "", "client-key": "gone.key" }, {}, "gone.key"],
    ["a token", { tokenFile: "gone.token" }, {}, "gone.token"],
  ])("names the file of %s that is not there", async (_what, user, cluster, file) => {
    const error = access(config(user, cluster));
    await expect(error).rejects.toThrow(file);
    await expect(error).rejects.toMatchObject({ exitCode: 2, cure: expect.stringContaining("kubeconfig") });
  });

  test("prefers a token to a file with one, and takes the file from beside the kubeconfig", async () => {
    await writeFile(join(folder, "token"), "in the file\n");
    const tokenFile = "token";
    expect(await access(config({ tokenFile }))).toMatchObject({
      token: "in the file",
      tokenFile: join(folder, "token"),
    });
    expect(await access(config({ token: "", tokenFile }))).toMatchObject({ token: "in the file" });
    expect(await access(config({ token: "t", tokenFile }))).toMatchObject({
      token: "t",
      tokenFile: undefined,
    });
  });

  test("names what a pod lacks", async () => {
    const env = { KUBERNETES_SERVICE_HOST: "10.96.0.1" };
    const error = clusterAccess({ env, serviceAccountFolder: join(folder, "nothing") });
    await expect(error).rejects.toThrow(join(folder, "nothing"));
  });

  test("is refused where certificates would not be checked, and where a plugin would be run", async () => {
    await expect(access(config({ token: "t" }, { "insecure-skip-tls-verify": true }))).rejects.toThrow(
      "certificate",
    );
    await expect(access(config({ exec: { command: "aws" } }))).rejects.toThrow("neither a token nor");
    await expect(access(config({ token: "t" }), "there")).rejects.toThrow("no context there");
    await expect(access({ contexts: 5 })).rejects.toThrow("not a kubeconfig");
  });
});
