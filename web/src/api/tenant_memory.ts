/** Remembers the key of the municipality last signed in to (no personal data), so that an expired session finds its sign-in page. */
const STORED = "rokuon.tenant";

export function rememberTenant(tenant: string): void {
  try {
    localStorage.setItem(STORED, tenant);
  } catch {
    // storage may be off
  }
}

export function rememberedTenant(): string | undefined {
  try {
    return localStorage.getItem(STORED) ?? undefined;
  } catch {
    return undefined;
  }
}
