import { tmpdir } from "node:os";
import { issueCertificate, type KeyedCertificate, makeAuthority } from "../../../ops/certificate/issue.js";
import { checkCertificate, ConfigError, readConfig } from "../../../stacks/config/index.js";

jest.setTimeout(60_000);

const made = new Date("2026-01-01T00:00:00Z");
const later = (days: number) => new Date(made.getTime() + days * 24 * 3600 * 1000);

/** Lasts 397 days. */
let own: KeyedCertificate;
let other: KeyedCertificate;
let authority: KeyedCertificate;

beforeAll(async () => {
  authority = await makeAuthority("authority", made);
  own = await issueCertificate(authority, ["observe.example.com", "127.0.0.1"], made);
  other = await issueCertificate(authority, ["observe.example.com"], made);
});

const settings = {
  target: "docker",
  url: "https://observe.example.com:5443",
  user: "root@example.com",
  password: "Complexpass#123",
  ingestToken: "0123456789abcdef",
  alertsEnabled: "false",
};

/** What is said of a certificate and a key at that time. */
function findings(tlsCertificate: string, tlsKey: string, now: Date, more: Record<string, string> = {}) {
  const values = Object.entries({ ...settings, tlsCertificate, tlsKey, ...more });
  const config = readConfig({
    stack: "dev",
    values: Object.fromEntries(values.map(([key, value]) => [`o2cqrs:${key}`, value])),
    env: {},
    folder: tmpdir(),
  });
  try {
    return { problems: [], warnings: checkCertificate(config, now) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { problems: error.problems, warnings: [] };
  }
}

const setBoth =
  "pulumi config set --secret o2cqrs:tlsCertificate -s dev < tls.crt && " +
  "pulumi config set --secret o2cqrs:tlsKey -s dev < tls.key";

describe("the gateway's certificate", () => {
  it("is taken without a word when it fits, with those that signed it after it", () => {
    const chain = own.certificate + authority.certificate;
    expect(findings(chain, own.key, later(366))).toEqual({ problems: [], warnings: [] });
    const url = { url: "https://127.0.0.1:5443" };
    expect(findings(chain, own.key, made, url)).toEqual({ problems: [], warnings: [] });
  });

  it("is refused when it has expired, or is not valid yet", () => {
    expect(findings(own.certificate, own.key, later(398)).problems).toEqual([
      "o2cqrs:tlsCertificate expired on 2027-02-02. " +
        `Renew it, such as by npx o2cqrs certificate -s dev, and set it and its key: ${setBoth}`,
    ]);
    expect(findings(own.certificate, own.key, later(-1)).problems).toEqual([
      expect.stringMatching(/^o2cqrs:tlsCertificate is valid only from 2025-12-31 on: /),
    ]);
  });

  it("is refused with another's key, and behind the authority that signed it", () => {
    const refusals = [
      findings(own.certificate, other.key, made),
      findings(authority.certificate + own.certificate, own.key, made),
    ];
    for (const { problems } of refusals)
      expect(problems).toEqual([
        expect.stringMatching(/^o2cqrs:tlsKey is not the key to o2cqrs:tlsCertificate, .*comes first/),
      ]);
    expect(refusals[0]!.problems[0]).toContain(setBoth);
  });

  it("is refused when it cannot be read, or its key cannot, and neither is shown", () => {
    const [certificate, key] = [own.certificate, own.key].map((pem) =>
      pem.replace(/\n[\s\S]{40}/, "\ns3cret"),
    );
    const { problems } = findings(certificate!, key!, made);
    expect(problems).toEqual([
      expect.stringMatching(/^o2cqrs:tlsCertificate cannot be read/),
      expect.stringMatching(/^o2cqrs:tlsKey cannot be read/),
    ]);
    expect(problems.join()).not.toContain("s3cret");
  });

  it("is spoken of from thirty days before its end on", () => {
    expect(findings(own.certificate, own.key, later(367)).warnings).toEqual([]);
    expect(findings(own.certificate, own.key, later(367.5)).warnings).toEqual([
      `o2cqrs:tlsCertificate expires in 29 days, on 2027-02-02. Renew it, such as by ` +
        `npx o2cqrs certificate -s dev, and set it and its key: ${setBoth}`,
    ]);
  });

  it("is spoken of when it is for another host than the stack's", () => {
    const url = { url: "https://elsewhere.example.com" };
    expect(findings(own.certificate, own.key, made, url)).toEqual({
      problems: [],
      warnings: [expect.stringMatching(/is not for elsewhere\.example\.com, .* o2cqrs certificate -s dev/)],
    });
  });

  it("is none of ours where the stack deploys no gateway", () => {
    const elsewhere = { target: "existing" };
    expect(findings(own.certificate, other.key, later(1000), elsewhere).problems).toEqual([]);
  });
});
