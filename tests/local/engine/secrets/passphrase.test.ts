import { newCrypter, openCrypter } from "../../../../local/engine/secrets/passphrase.js";
import { findPassphrase } from "../../../../local/engine/secrets/source.js";
import { TestProject } from "../support/project.js";

// Written by the real Pulumi engine with the passphrase `test`.
const salt = "v1:CNARDFBu6as=:v1:H/eOKqQflwUAzi3t:kbSRHFYFV2M0DZuh4mM+1klDg+FJpQ==";
const token = "v1:FpRrF9A8zGoR6UgT:2g0Wm3AZ0Q7UZZf8XarUoaU+oyNmjQ==";

describe("secrets by passphrase", () => {
  test("what the real engine encrypted is read", async () => {
    expect((await openCrypter("test", salt)).decrypt(token)).toBe("s3cr3t");
  });

  test("what is written with a new salt is read back with the same passphrase", async () => {
    const written = await newCrypter("open sesame");
    const ciphertext = written.encrypt("väl dolt");
    expect(ciphertext).toMatch(/^v1:[\w+/]{16}:[\w+/=]+$/);
    expect((await openCrypter("open sesame", written.salt)).decrypt(ciphertext)).toBe("väl dolt");
  });

  test("the same text never has the same ciphertext twice", async () => {
    const crypter = await openCrypter("test", salt);
    expect(crypter.encrypt("x")).not.toBe(crypter.encrypt("x"));
  });

  test("a wrong passphrase is told as such, and where it comes from", async () => {
    await expect(openCrypter("wrong", salt)).rejects.toThrow(
      /incorrect passphrase.*PULUMI_CONFIG_PASSPHRASE/,
    );
  });

  test.each(["", "v2:a:v1:b:c", "v1:only", "v1:CNARDFBu6as=:v1:x"])(
    "the salt %j is refused",
    async (broken) => {
      await expect(openCrypter("test", broken)).rejects.toThrow(/unknown form/);
    },
  );

  test("a ciphertext that was tampered with is refused", async () => {
    const crypter = await openCrypter("test", salt);
    expect(() => crypter.decrypt(token.replace("2g0W", "2g0X"))).toThrow(/incorrect passphrase/);
    expect(() => crypter.decrypt("plain")).toThrow(/unknown form/);
  });
});

describe("where the passphrase comes from", () => {
  test("the option wins over the variable, and the variable over the file", async () => {
    const env = { PULUMI_CONFIG_PASSPHRASE: "variable", PULUMI_CONFIG_PASSPHRASE_FILE: "/nowhere" };
    expect(await findPassphrase("option", env)).toBe("option");
    expect(await findPassphrase(undefined, env)).toBe("variable");
  });

  test("an empty variable is an empty passphrase, not a missing one", async () => {
    expect(await findPassphrase(undefined, { PULUMI_CONFIG_PASSPHRASE: "" })).toBe("");
    expect(await findPassphrase(undefined, {})).toBeUndefined();
  });

  test("a file is read without its line break, and a missing one is told", async () => {
    const project = new TestProject({ phrase: "from file\n" });
    try {
      expect(
        await findPassphrase(undefined, { PULUMI_CONFIG_PASSPHRASE_FILE: `${project.dir}/phrase` }),
      ).toBe("from file");
      await expect(
        findPassphrase(undefined, { PULUMI_CONFIG_PASSPHRASE_FILE: `${project.dir}/none` }),
      ).rejects.toThrow(/PULUMI_CONFIG_PASSPHRASE_FILE cannot be read/);
    } finally {
      project.remove();
    }
  });
});
