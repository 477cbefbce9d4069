import { randomInt } from "node:crypto";

/** Personal data made for one probe; no one else's text can be taken for it. */
export interface PersonalData {
  readonly email: string;
  readonly phone: string;
  /** What must not be found anywhere: the local part of the address, and the digits of the number. */
  readonly traces: readonly string[];
}

/** A made-up person, different with every call. */
export function personalData(): PersonalData {
  const local = `lisa.${letters(12)}`;
  // 555-01xx is reserved for fiction, but too short to be unique: a whole random subscriber number is used.
  const subscriber = String(randomInt(10_000_000, 99_999_999));
  return {
    email: `${local}@example.com`,
    phone: `+49 1512 ${subscriber}`,
    traces: [local, local.toUpperCase(), subscriber, `1512${subscriber}`],
  };
}

function letters(count: number): string {
  return Array.from({ length: count }, () => String.fromCharCode(97 + randomInt(26))).join("");
}

/** The ways in which personal data gets into a record, by name. Each takes the data and gives the fields. */
export const placements: Readonly<Record<string, (data: PersonalData) => Record<string, unknown>>> = {
  "named fields": ({ email, phone }) => ({ user_email: email, user_phone: phone }),
  "upper case": ({ email, phone }) => ({
    user_email: email.toUpperCase(),
    user_phone: phone.replaceAll(" ", ""),
  }),
  "free text": ({ email, phone }) => ({ message: `Order of ${email}, call ${phone} first` }),
  "error text": ({ email, phone }) => ({ error: `duplicate key (email)=(${email}) phone=${phone}` }),
  "JSON in a text": ({ email, phone }) => ({ payload: JSON.stringify({ user: { email, phone } }) }),
  "URL-encoded": ({ email, phone }) => ({
    message: `GET /users?email=${encodeURIComponent(email)}&phone=${encodeURIComponent(phone)}`,
  }),
  "the application's facts": ({ email, phone }) => ({ attributes: { contact: email, callback: phone } }),
  "an unknown field": ({ email, phone }) => ({ customer_contact: email, customer_mobile: phone }),
  "a list of objects": ({ email, phone }) => ({ attributes: { people: [{ mail: email }, { tel: phone }] } }),
  "a spoofed marker": ({ email, phone }) => ({ user_email: email, user_phone: phone, pii_masked: true }),
  "a spoofed marker as text": ({ email }) => ({ message: email, pii_masked: "true", PII_MASKED: true }),
  "a field of the wrong type": ({ email, phone }) => ({
    user_email: { address: email },
    user_phone: [phone],
    pii_masked: true,
  }),
};
