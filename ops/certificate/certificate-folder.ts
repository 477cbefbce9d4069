import { X509Certificate } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { writePrivateFile } from "../storage/private-file.js";
import { issueCertificate, type KeyedCertificate, makeAuthority } from "./issue.js";

/** Names of the files, in the folder. Those of keys are readable by their owner alone (mode 0600). */
export const certificateFiles = {
  authority: "ca.crt",
  authorityKey: "ca.key",
  certificate: "tls.crt",
  key: "tls.key",
} as const;

export interface WrittenCertificate {
  /** What the certificate is for: host names and addresses. */
  readonly names: readonly string[];
  readonly validUntil: Date;
  readonly authority: {
    readonly validUntil: Date;
    /** False when the folder had one already, which clients then know. */
    readonly made: boolean;
  };
}

/**
 * Writes a server's certificate, new each time, and the authority that signed it. The authority stays from one
 * time to the next, so that renewing concerns the server alone; only when it would end before the certificate
 * does another take its place.
 *
 * @throws Error when what the folder holds is no authority
 */
export async function writeCertificate(
  folder: string,
  names: readonly [string, ...string[]],
  now: Date,
): Promise<WrittenCertificate> {
  const path = (file: keyof typeof certificateFiles) => join(folder, certificateFiles[file]);
  const kept = await keptAuthority(path("authority"), path("authorityKey"));
  let authority = kept;
  let issued = authority && (await issueCertificate(authority, names, now));
  if (authority === undefined || issued === undefined || endOf(authority) < endOf(issued)) {
    authority = await makeAuthority(`o2cqrs on ${hostname()}`, now);
    issued = await issueCertificate(authority, names, now);
    await writePrivateFile(path("authorityKey"), authority.key);
    await writeFile(path("authority"), authority.certificate);
  }
  await writePrivateFile(path("key"), issued.key);
  await writeFile(path("certificate"), issued.certificate);
  return {
    names,
    validUntil: endOf(issued),
    authority: { validUntil: endOf(authority), made: authority !== kept },
  };
}

const endOf = ({ certificate }: KeyedCertificate) => new Date(new X509Certificate(certificate).validTo);

async function keptAuthority(certificate: string, key: string): Promise<KeyedCertificate | undefined> {
  const read = (file: string) =>
    readFile(file, "utf8").catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    });
  const [certificateText, keyText] = await Promise.all([read(certificate), read(key)]);
  return certificateText === undefined || keyText === undefined
    ? undefined
    : { certificate: certificateText, key: keyText };
}
