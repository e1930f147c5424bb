/** The running platform the stories are told against, and who can sign in there. */
import { readFileSync } from "node:fs";

function need(name) {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`${name} is not set: run scripts/portal-e2e`);
  return value;
}

/** Origin of the portal and the API. */
export const ORIGIN = new URL(need("ROKUON_E2E_URL")).origin;

/** The link of the page by which a browser records, as the demo made it. */
export const CAPTURE_LINK = readFileSync(need("ROKUON_E2E_CAPTURE"), "utf8").trim();

/** Where that page publishes: an origin of its own, as in a house where no proxy joins the two. */
export const WHIP = new URL(new URLSearchParams(new URL(CAPTURE_LINK).hash.slice(1)).get("endpoint")).origin;

const people = JSON.parse(readFileSync(need("ROKUON_E2E_SIGN_INS"), "utf8"));

/** The command by which anybody checks a certificate, and the public half of the key that signs them. */
export const VERIFY = need("ROKUON_E2E_VERIFY");
export const SIGNING_KEY = need("ROKUON_E2E_SIGNING_KEY");

/** A person of the demo's registers: `{tenant, login_id, display_name, password}`. */
export function person(tenant, loginId) {
  const found = people.find((one) => one.tenant === tenant && one.login_id === loginId);
  if (found === undefined) throw new Error(`nobody in ${tenant} signs in as ${loginId}`);
  return found;
}
