import { createHash } from "node:crypto";

import { type Crypter, newCrypter, openCrypter } from "./passphrase.js";

/** Deriving a key takes most of a second by design, so a process derives each only once. */
const opened = new Map<string, Promise<Crypter>>();

/** Opens the secrets of one passphrase. */
export class Keyring {
  constructor(private readonly passphrase: string | undefined) {}

  /**
   * @param salt the stored salt; without one there are no secrets yet, and a new salt is made if asked for
   * @returns undefined without a passphrase
   * @throws PassphraseError when the passphrase is wrong
   */
  async open(salt: string | undefined, { create = false } = {}): Promise<Crypter | undefined> {
    const { passphrase } = this;
    if (passphrase === undefined) return undefined;
    if (salt === undefined) return create ? remembered(passphrase, newCrypter(passphrase)) : undefined;
    return opened.get(keyOf(passphrase, salt)) ?? remembered(passphrase, openCrypter(passphrase, salt), salt);
  }
}

async function remembered(passphrase: string, opening: Promise<Crypter>, salt?: string): Promise<Crypter> {
  if (salt !== undefined) opened.set(keyOf(passphrase, salt), opening);
  try {
    const crypter = await opening;
    opened.set(keyOf(passphrase, crypter.salt), opening);
    return crypter;
  } catch (error) {
    if (salt !== undefined) opened.delete(keyOf(passphrase, salt));
    throw error;
  }
}

function keyOf(passphrase: string, salt: string): string {
  return createHash("sha256").update(`${salt}\0${passphrase}`).digest("base64");
}
