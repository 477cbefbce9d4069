import { execFile } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { Agent, request } from "undici";
import { readConfig } from "@o2cqrs/stacks/config";
import { freePort } from "../../../ops/start/free-port.js";
import { writeComposeFolder } from "../../../ops/compose/write-folder.js";
import { healthy } from "../apply.js";
import { type Deployment, rootUser } from "../deployment.js";

const program = ["/usr/bin/docker-compose", "/usr/local/bin/docker-compose"].find((each) => existsSync(each));
if (program === undefined)
  console.log(
    "Compose is not checked: docker-compose is not installed (Debian: apt-get install docker-compose)",
  );
const itWithCompose = program === undefined ? it.skip : it;

export function composeChecks(deployment: () => Deployment): void {
  describe("the same platform as a folder for Compose", () => {
    const folder = () => join(deployment().daemon.folder, "compose");
    const compose = async (...args: string[]) =>
      (
        await promisify(execFile)(program!, args, {
          cwd: folder(),
          env: { PATH: process.env.PATH, DOCKER_HOST: deployment().daemon.host, HOME: folder() },
        })
      ).stdout;

    itWithCompose("is valid, comes up healthy, and takes a record by the bearer token", async () => {
      const { options, secrets, token, daemon } = deployment();
      const port = await freePort();
      const { images, gatewayModule, memory, healthCommand } = options;
      const config = readConfig({
        stack: "dev",
        values: {
          "o2cqrs:target": "docker",
          "o2cqrs:url": `https://localhost:${port}`,
          "o2cqrs:user": rootUser,
          // A dollar and a quote, which Compose must leave alone.
          "o2cqrs:password": `${secrets.rootPassword}$HOME'x`,
          "o2cqrs:ingestToken": token,
          "o2cqrs:tlsCertificate": secrets.tlsCertificate,
          "o2cqrs:tlsKey": secrets.tlsKey,
          "o2cqrs:alertsEnabled": "false",
          "o2cqrs:docker": JSON.stringify({ name: "composed", images, gatewayModule, memory, healthCommand }),
        },
        env: {},
      });
      const first = await writeComposeFolder(folder(), config);
      const secretFiles = ["gateway/tokens.json", "gateway/tls.crt", "gateway/tls.key"];
      expect(first.secretFiles).toEqual([...secretFiles, ".env"]);
      expect(statSync(folder()).mode & 0o777).toBe(0o700);
      expect(statSync(join(folder(), ".env")).mode & 0o777).toBe(0o600);
      await compose("config", "--quiet");
      await compose("up", "--detach");
      const agent = new Agent({ connect: { ca: secrets.tlsCertificate } });
      try {
        await healthy(daemon.docker, "composed-gateway");
        const send = async (authorization: string) => {
          const answer = await request(`https://localhost:${port}/api/default/x/_json`, {
            method: "POST",
            dispatcher: agent,
            headers: { authorization },
            body: '[{"message":"m"}]',
          });
          await answer.body.dump();
          return answer.statusCode;
        };
        expect(await send(`Bearer ${token}`)).toBe(503);
        const basic = Buffer.from(`${rootUser}:${config.password!}`).toString("base64");
        expect(await send(`Basic ${basic}`)).toBe(200);
        const { HostConfig, Config } = await daemon.docker.getContainer("composed-gateway").inspect();
        expect(HostConfig).toMatchObject({
          ReadonlyRootfs: true,
          CapDrop: ["ALL"],
          SecurityOpt: ["no-new-privileges:true"],
          Memory: 128 * 1024 * 1024,
          MemorySwap: 128 * 1024 * 1024,
        });
        expect(Config.User).toBe("101:101");

        // Written again with the account that the server was given, it changes nothing that runs.
        const account = { user: rootUser, credential: config.password! };
        const second = await writeComposeFolder(folder(), config, account);
        expect(second.secretFiles).toEqual([...secretFiles, "gateway-account/account.json", ".env"]);
        expect(await send(`Bearer ${token}`)).toBe(200);
        await writeComposeFolder(folder(), config);
        await compose("up", "--detach");
        expect(await send(`Bearer ${token}`)).toBe(200);
      } finally {
        await agent.close();
        await compose("down", "--volumes");
      }
      const left = await daemon.docker.listContainers({ all: true });
      expect(left.filter(({ Names }) => Names.some((name) => name.includes("composed")))).toEqual([]);
    });
  });
}
