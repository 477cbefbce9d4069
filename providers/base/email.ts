import { z } from "zod";

/** Words of letters, digits, `_ + -`, joined by single dots. */
const localPart = /^[\w+-]+(?:\.[\w+-]+)*$/;
const startsAndEndsWell = /^[\w+](?:.*[\w+])?$/;
/** Labels of letters and digits, joined by single dots or hyphens, and a domain of letters at the end. */
const domain = /^[a-z\d]+(?:[-.][a-z\d]+)*\.[a-z]{2,}$/i;

/** What a server takes for the address of an account, which is less than RFC 5321 allows. */
function isAccountAddress(address: string): boolean {
  const [local = "", host = "", ...rest] = address.split("@");
  if (rest.length > 0 || !domain.test(host)) return false;
  // One character alone, and one alone behind the last dot, is too short.
  const last = local.split(".").at(-1) ?? "";
  return last.length >= 2 && localPart.test(local) && startsAndEndsWell.test(local);
}

/** Address of a user or a service account; the server lower-cases it. */
export const accountAddressSchema = z
  .string()
  .refine(
    isAccountAddress,
    "must be an e-mail address such as first.last@example.com, without characters beyond letters, digits and . _ + -, " +
      "and with at least two before the @ and behind the last dot before it",
  )
  .toLowerCase();
