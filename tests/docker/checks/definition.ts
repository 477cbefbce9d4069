import type { ContainerRole } from "../../../stacks/platform/docker/definition.js";
import { containerRequest } from "../apply.js";
import type { Deployment } from "../deployment.js";

const roles: readonly ContainerRole[] = ["openobserve", "gateway"];

/**
 * What the daemon fills in by itself where the definition says nothing. The provider computes these fields
 * too, so that they show in no preview; anything that is not listed here must be in the definition.
 */
const filledIn: Readonly<Record<string, unknown>> = {
  "HostConfig.CgroupnsMode": expect.stringMatching(/^(host|private)$/),
  "HostConfig.ConsoleSize": expect.anything(),
  "HostConfig.IpcMode": expect.stringMatching(/^(private|shareable)$/),
  "HostConfig.ShmSize": 64 * 1024 * 1024,
  "HostConfig.Runtime": "runc",
  "HostConfig.MaskedPaths": expect.arrayContaining(["/proc/kcore"]),
  "HostConfig.ReadonlyPaths": expect.arrayContaining(["/proc/sys"]),
  "Config.AttachStdout": expect.anything(),
  "Config.AttachStderr": expect.anything(),
};

/** Given by the image, which is why the definition leaves them out. */
const fromImage: Readonly<Record<ContainerRole, readonly string[]>> = {
  openobserve: ["Config.Entrypoint", "Config.Cmd"],
  gateway: [],
  objectStore: [],
};

const isEmpty = (value: unknown) =>
  value === null ||
  value === undefined ||
  value === "" ||
  value === 0 ||
  value === false ||
  (typeof value === "object" && Object.keys(value).length === 0);

export function definitionChecks(deployment: () => Deployment): void {
  describe.each(roles)("the container of %s", (role) => {
    const inspect = () => deployment().container(role).handle.inspect();
    const asked = () => {
      const { definition: container } = deployment().container(role);
      const request = containerRequest(container, deployment().definition(), deployment().secrets);
      const { name, HostConfig, NetworkingConfig, ...Config } = request;
      return { name, HostConfig, NetworkingConfig, Config };
    };

    it("is, field by field, what the definition says", async () => {
      const { name, HostConfig, Config } = asked();
      const found = await inspect();
      expect(found.Name).toBe(`/${name}`);
      expect(found.HostConfig).toMatchObject(HostConfig);
      const { Env, ...others } = Config;
      expect(found.Config).toMatchObject(others);
      // No variable at all reads back as nothing.
      expect([...((found.Config.Env as string[] | null) ?? [])].sort()).toEqual([...Env].sort());
    });

    it("has no field that the daemon filled in by itself, but for those that are listed", async () => {
      const given = asked();
      const found = await inspect();
      const surprises: string[] = [];
      for (const part of ["HostConfig", "Config"] as const)
        for (const [field, value] of Object.entries(found[part])) {
          const path = `${part}.${field}`;
          if (field in given[part] || isEmpty(value) || fromImage[role].includes(path)) continue;
          if (path in filledIn) expect({ [path]: value }).toEqual({ [path]: filledIn[path] });
          else surprises.push(`${path} = ${JSON.stringify(value)}`);
        }
      expect(surprises).toEqual([]);
    });

    it("is in the private network alone, under the name that the definition gives it", async () => {
      const { NetworkSettings } = await inspect();
      const { network } = deployment().definition();
      expect(Object.keys(NetworkSettings.Networks)).toEqual([network]);
      expect(NetworkSettings.Networks[network]!.Aliases).toContain(asked().name);
    });

    it("writes to its volumes and to memory, and to nothing else", async () => {
      const { definition: container } = deployment().container(role);
      const write = (folder: string) => `echo x > ${folder}/probe && echo written && rm ${folder}/probe`;
      expect(await deployment().run(role, ["/bin/sh", "-c", write("/etc")])).toMatch(/Read-only file system/);
      expect(await deployment().run(role, ["/bin/sh", "-c", write("/tmp")])).toMatch(/^written/);
      for (const { path } of container.volumes)
        expect(await deployment().run(role, ["/bin/sh", "-c", write(path)])).toMatch(/^written/);
      if (container.files)
        expect(await deployment().run(role, ["/bin/sh", "-c", write(container.files.folder)])).toMatch(
          /Read-only file system/,
        );
    });

    it("runs without root, without a capability, and can win none", async () => {
      const { definition: container } = deployment().container(role);
      const status = await deployment().run(role, [
        "/bin/sh",
        "-c",
        "while read l; do echo $l; done < /proc/1/status",
      ]);
      const [uid] = container.user.split(":");
      expect(status).toMatch(new RegExp(`^Uid: ${uid} ${uid} ${uid} ${uid}`, "m"));
      for (const set of ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"])
        expect(status).toMatch(new RegExp(`^${set}: 0+\\s*$`, "m"));
      expect(status).toMatch(/^NoNewPrivs: 1/m);
    });
  });

  it("shows in docker inspect no secret but the one that the server reads from its environment alone", async () => {
    const { secrets, token } = deployment();
    const known = Object.entries({ ...secrets, token }).filter(([, value]) => value !== "");
    const shown = await Promise.all(
      [...roles, "carrier" as const].map(async (role) => {
        const handle =
          role === "carrier"
            ? deployment().docker.getContainer(deployment().container("gateway").definition.files!.volume)
            : deployment().container(role).handle;
        const text = JSON.stringify(await handle.inspect());
        return [
          role,
          known.flatMap(([name, value]) => (text.includes(JSON.stringify(value).slice(1, -1)) ? [name] : [])),
        ];
      }),
    );
    expect(Object.fromEntries(shown)).toEqual({
      openobserve: ["rootPassword"],
      gateway: [],
      carrier: [],
    });
  });
}
