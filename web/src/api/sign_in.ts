/** Signing in and out, and asking who is signed in. */
import { api, background, body, done } from "./client";
import { ProblemError } from "./problem";
import { session } from "./session";
import type { Me } from "./types";

export async function signIn(tenant: string, loginId: string, password: string): Promise<Me> {
  const me = await body(api.POST("/v1/sign-in", { body: { tenant, login_id: loginId, password } }));
  session.set({ kind: "signed-in", me });
  return me;
}

export async function signOut(): Promise<void> {
  try {
    await done(api.POST("/v1/sign-out"));
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
  } finally {
    session.set({ kind: "signed-out" });
  }
}

/** Asks the server who we are. Counts as activity unless `asBackground`. Undefined when nobody is. */
export async function refreshMe(asBackground = false): Promise<Me | undefined> {
  try {
    const me = await body(api.GET("/v1/me", asBackground ? { headers: background } : {}));
    session.set({ kind: "signed-in", me });
    return me;
  } catch (error) {
    if (error instanceof ProblemError && error.status === 401) {
      if (session.get().kind === "unknown") session.set({ kind: "signed-out" });
      return undefined;
    }
    throw error;
  }
}

export async function changePassword(current: string, next: string): Promise<void> {
  await done(api.POST("/v1/password", { body: { current_password: current, new_password: next } }));
  await refreshMe();
}
