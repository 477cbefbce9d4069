import { generateKeyPair, randomBytes } from "node:crypto";
import { isIP } from "node:net";
import { promisify } from "node:util";
import { md, pki } from "node-forge";

/** A certificate and the key to it, both PEM; the key is a secret. */
export interface KeyedCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** Days that an authority lasts. Clients are given it once, so it outlasts many certificates. */
export const authorityDays = 3650;

/** Days that a server's certificate lasts: the most that browsers accept. */
export const serverDays = 397;

const dayMs = 24 * 3600 * 1000;
/** A client whose clock is a little behind accepts it too. */
const skewMs = 3600 * 1000;

/** An authority of its own, which signs servers' certificates and no other authority's. */
export async function makeAuthority(name: string, now: Date): Promise<KeyedCertificate> {
  const keys = await keyPair(3072);
  const certificate = begun(keys.publicKey, name, now, authorityDays);
  certificate.setIssuer(certificate.subject.attributes);
  certificate.setExtensions([
    { name: "basicConstraints", critical: true, cA: true, pathLenConstraint: 0 },
    { name: "keyUsage", critical: true, keyCertSign: true, cRLSign: true },
    { name: "subjectKeyIdentifier" },
  ]);
  return signed(certificate, keys.privateKey, keys.key);
}

/**
 * A server's certificate for all of the names, by which alone clients judge it.
 *
 * @param names host names and addresses, at least one
 */
export async function issueCertificate(
  authority: KeyedCertificate,
  names: readonly [string, ...string[]],
  now: Date,
): Promise<KeyedCertificate> {
  const issuer = pki.certificateFromPem(authority.certificate);
  const keys = await keyPair(2048);
  const certificate = begun(keys.publicKey, names[0], now, serverDays);
  certificate.setIssuer(issuer.subject.attributes);
  certificate.setExtensions([
    { name: "basicConstraints", critical: true, cA: false },
    { name: "keyUsage", critical: true, digitalSignature: true, keyEncipherment: true },
    { name: "extKeyUsage", serverAuth: true },
    { name: "subjectAltName", altNames: names.map(altName) },
    { name: "subjectKeyIdentifier" },
    { name: "authorityKeyIdentifier", keyIdentifier: issuer.generateSubjectKeyIdentifier().getBytes() },
  ]);
  return signed(certificate, pki.privateKeyFromPem(authority.key), keys.key);
}

/** Kinds of alternative names in X.509. */
const altName = (name: string) => (isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name });

/** Keys are Node's: forge's own take seconds, and their chance is not the system's. */
async function keyPair(modulusLength: number) {
  const { privateKey, publicKey } = await promisify(generateKeyPair)("rsa", {
    modulusLength,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  return {
    key: privateKey,
    privateKey: pki.privateKeyFromPem(privateKey),
    publicKey: pki.publicKeyFromPem(publicKey),
  };
}

function begun(publicKey: pki.PublicKey, commonName: string, now: Date, days: number): pki.Certificate {
  const certificate = pki.createCertificate();
  certificate.publicKey = publicKey;
  certificate.serialNumber = serialNumber();
  certificate.validity.notBefore = new Date(now.getTime() - skewMs);
  certificate.validity.notAfter = new Date(now.getTime() + days * dayMs);
  // No longer than X.509 allows; clients read the alternative names instead.
  certificate.setSubject([{ name: "commonName", value: commonName.slice(0, 64) }]);
  return certificate;
}

/** Random, and positive: the first of its bits is not set. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString("hex");
}

function signed(certificate: pki.Certificate, by: pki.rsa.PrivateKey, key: string): KeyedCertificate {
  certificate.sign(by, md.sha256.create());
  return { certificate: pki.certificateToPem(certificate).replaceAll("\r\n", "\n"), key };
}
