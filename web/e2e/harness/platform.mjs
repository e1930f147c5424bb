/** The running platform the stories are told against, and who can sign in there. */
import { readFileSync } from "node:fs";

function need(name) {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`${name} is not set: run scripts/portal-e2e`);
  return value;
}

/** Origin of the portal and the API. */
export const ORIGIN = new URL(need("ROKUON_E2E_URL")).origin;

const people = JSON.parse(readFileSync(need("ROKUON_E2E_SIGN_INS"), "utf8"));

/** A person of the demo's registers: `{tenant, login_id, display_name, password}`. */
export function person(tenant, loginId) {
  const found = people.find((one) => one.tenant === tenant && one.login_id === loginId);
  if (found === undefined) throw new Error(`nobody in ${tenant} signs in as ${loginId}`);
  return found;
}
