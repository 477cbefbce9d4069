import { createCipheriv, createDecipheriv, pbkdf2, randomBytes } from "node:crypto";
import { promisify } from "node:util";

import { PassphraseError } from "../errors.js";

/** Encrypts and decrypts the secrets of one stack. Ciphertexts have Pulumi's form `v1:<nonce>:<ciphertext and tag>`. */
export interface Crypter {
  /** What is stored beside the secrets: `v1:<salt>:<the word "pulumi", encrypted, to recognise the passphrase>`. */
  readonly salt: string;
  encrypt(plaintext: string): string;
  /** @throws PassphraseError when the text was not encrypted by this key */
  decrypt(ciphertext: string): string;
}

// pkg/secrets/passphrase: PBKDF2 with SHA-256, a million rounds, an 8-byte salt; AES-256-GCM with a 12-byte nonce.
const iterations = 1_000_000;
const keyBytes = 32;
const saltBytes = 8;
const nonceBytes = 12;
const tagBytes = 16;
const verifier = "pulumi";

const derive = promisify(pbkdf2);

/** Makes a crypter with a fresh salt. */
export async function newCrypter(passphrase: string): Promise<Crypter> {
  const salt = randomBytes(saltBytes);
  const key = await derive(passphrase, salt, iterations, keyBytes, "sha256");
  return crypter(key, `v1:${salt.toString("base64")}:${encryptWith(key, verifier)}`);
}

/**
 * Opens the secrets that were stored with a salt.
 * @throws PassphraseError when the salt has another form or the passphrase is wrong
 */
export async function openCrypter(passphrase: string, stored: string): Promise<Crypter> {
  const [version, salt, ...rest] = stored.split(":");
  if (version !== "v1" || salt === undefined || rest.length !== 3)
    throw new PassphraseError(`the encryption salt has an unknown form (expected v1:…:v1:…:…)`);
  const key = await derive(passphrase, Buffer.from(salt, "base64"), iterations, keyBytes, "sha256");
  const opened = crypter(key, stored);
  if (opened.decrypt(rest.join(":")) !== verifier) throw wrongPassphrase();
  return opened;
}

function crypter(key: Buffer, salt: string): Crypter {
  return {
    salt,
    encrypt: (plaintext) => encryptWith(key, plaintext),
    decrypt: (ciphertext) => decryptWith(key, ciphertext),
  };
}

function encryptWith(key: Buffer, plaintext: string): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const sealed = Buffer.concat([cipher.update(plaintext, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return `v1:${nonce.toString("base64")}:${sealed.toString("base64")}`;
}

function decryptWith(key: Buffer, ciphertext: string): string {
  const [version, nonce, sealed] = ciphertext.split(":");
  if (version !== "v1" || nonce === undefined || sealed === undefined)
    throw new PassphraseError("a ciphertext has an unknown form (expected v1:…:…)");
  const bytes = Buffer.from(sealed, "base64");
  const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64"));
  decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
  try {
    return (
      decipher.update(bytes.subarray(0, bytes.length - tagBytes), undefined, "utf8") + decipher.final("utf8")
    );
  } catch {
    throw wrongPassphrase();
  }
}

function wrongPassphrase(): PassphraseError {
  return new PassphraseError(
    "incorrect passphrase: the secrets of this stack were encrypted with another one " +
      "(check PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE)",
  );
}
