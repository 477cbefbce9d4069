import { createHash, randomBytes, scryptSync, timingSafeEqual } from "node:crypto";

/** scrypt with its default cost; "salt:hash" in hex. */
export function hashPassword(password: string): string {
  const salt = randomBytes(16);
  return `${salt.toString("hex")}:${scryptSync(password, salt, 32).toString("hex")}`;
}

/** Passwords that were right before, by digest, so that not every request pays for scrypt. */
const known = new Map<string, string>();

export function passwordMatches(password: string, passwordHash: string): boolean {
  const digest = createHash("sha256").update(password).digest("hex");
  if (known.get(passwordHash) === digest) return true;
  const [salt = "", hash = ""] = passwordHash.split(":");
  const right = timingSafeEqual(scryptSync(password, Buffer.from(salt, "hex"), 32), Buffer.from(hash, "hex"));
  if (right) known.set(passwordHash, digest);
  return right;
}

/** Compares secrets without telling by the time taken where they differ. */
export function secretsEqual(left: string, right: string): boolean {
  const digest = (value: string): Buffer => createHash("sha256").update(value).digest();
  return timingSafeEqual(digest(left), digest(right));
}
