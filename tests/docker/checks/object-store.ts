import { freePort } from "../../../ops/start/free-port.js";
import type { ContainerDefinition, DockerDefinition } from "../../../stacks/platform/docker/definition.js";
import { defineDocker } from "../../../stacks/platform/docker/define.js";
import { apply, containerRequest } from "../apply.js";
import { type Deployment } from "../deployment.js";
import { importStoreImage, storeImage } from "../store-image.js";

/** What `objectStore: true` adds, beside the deployment of the other parts and under a name of its own. */
export function objectStoreChecks(deployment: () => Deployment): void {
  describe("the object store beside the server", () => {
    let definition: DockerDefinition;
    const container = (role: ContainerDefinition["role"]) =>
      definition.containers.find((each) => each.role === role)!;
    const secrets = () => ({
      ...deployment().secrets,
      s3AccessKey: "store-access-key",
      s3SecretKey: "store-secret-key",
    });

    beforeAll(async () => {
      const { docker, options } = deployment();
      await importStoreImage(docker);
      const whole = defineDocker({
        ...options,
        name: "stored",
        port: await freePort(),
        objectStore: true,
        images: { ...options.images, objectStore: storeImage },
      });
      definition = { ...whole, containers: whole.containers.filter(({ role }) => role !== "gateway") };
      await apply(docker, definition, secrets());
    });

    afterAll(async () => {
      for (const { name } of definition.containers)
        await deployment().docker.getContainer(name).remove({ force: true });
    });

    it("is healthy before the server is made", async () => {
      const created = await Promise.all(
        (["objectStore", "openobserve"] as const).map(async (role) =>
          Date.parse((await deployment().docker.getContainer(container(role).name).inspect()).Created),
        ),
      );
      expect(created[0]).toBeLessThan(created[1]!);
    });

    it("is limited and hardened as the others are, and publishes no port", async () => {
      const found = await deployment().docker.getContainer(container("objectStore").name).inspect();
      const { HostConfig, User } = containerRequest(container("objectStore"), definition, secrets());
      expect(found.HostConfig).toMatchObject(HostConfig);
      expect(found.Config.User).toBe(User);
      expect(Object.values(found.NetworkSettings.Ports).filter(Boolean)).toEqual([]);
    });

    it("has the bucket that the server is told of, at the address that it is told, for its keys", async () => {
      const shell = async (script: string) => {
        const execution = await deployment()
          .docker.getContainer(container("openobserve").name)
          .exec({ Cmd: ["/bin/sh", "-c", script], AttachStdout: true, AttachStderr: true, Tty: true });
        const output = await execution.start({ Tty: true });
        let text = "";
        for await (const part of output) text += String(part);
        return text.trim();
      };
      const url = "$ZO_S3_SERVER_URL/$ZO_S3_BUCKET_NAME/probe";
      const as = '-u "$ZO_S3_ACCESS_KEY:$ZO_S3_SECRET_KEY"';
      expect(await shell(`echo kept | curl -fsS ${as} -T - ${url} && curl -fsS ${as} ${url}`)).toBe("kept");
      expect(await shell(`curl -sS -o /dev/null -w '%{http_code}' ${url}`)).toBe("403");
    });
  });
}
