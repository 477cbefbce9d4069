import type { FileVolume, SecretName } from "../../../../stacks/platform/docker/definition.js";
import { filesDigest } from "../../../../stacks/platform/docker/files.js";

const files: FileVolume = {
  volume: "files",
  folder: "/etc/gateway",
  files: { "nginx.conf": "worker_processes 1;", "tls.key": { secret: "tlsKey" } },
};
const secrets = (tlsKey: string) => ({ tlsKey }) as Record<SecretName, string>;

describe("the digest of a container's files", () => {
  it("stays the same while they do, so that a second deploy replaces nothing", () => {
    expect(filesDigest(files, secrets("a"))).toBe(filesDigest({ ...files }, secrets("a")));
  });

  it("changes with a file or a secret, so that the container that reads them is made anew", () => {
    const before = filesDigest(files, secrets("a"));
    expect(filesDigest(files, secrets("b"))).not.toBe(before);
    const edited = { ...files, files: { ...files.files, "nginx.conf": "worker_processes 2;" } };
    expect(filesDigest(edited, secrets("a"))).not.toBe(before);
  });
});
