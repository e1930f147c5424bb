/**
 * Who is signed in here, as the server last told us. Lives in memory only: a reload asks the server again, nothing personal is stored.
 */
import { useSyncExternalStore } from "react";
import type { Me } from "./types";

export type SessionState =
  | { kind: "unknown" }
  | { kind: "signed-out"; reason?: "expired" }
  | { kind: "signed-in"; me: Me }
  | { kind: "locked"; me: Me | undefined };

let state: SessionState = { kind: "unknown" };
let lastActivity = 0;
const listeners = new Set<() => void>();

export const session = {
  get: (): SessionState => state,
  set(next: SessionState): void {
    state = next;
    for (const listener of [...listeners]) listener();
  },
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  /** Milliseconds (epoch) of the last answer that the server counts as activity. */
  lastActivity: (): number => lastActivity,
  touch(at: number): void {
    lastActivity = at;
  },
  csrfToken(): string | undefined {
    return state.kind === "signed-in" ? state.me.csrf_token : undefined;
  },
  requirePasswordChange(): void {
    if (state.kind === "signed-in" && !state.me.password_change_required) session.set({ kind: "signed-in", me: { ...state.me, password_change_required: true } });
  },
  lock(): void {
    session.set({ kind: "locked", me: state.kind === "signed-in" || state.kind === "locked" ? state.me : undefined });
  },
};

export function useSession(): SessionState {
  return useSyncExternalStore(session.subscribe, session.get);
}

/** The person signed in. Only under the signed-in layout, which never renders without one. */
export function useMe(): Me {
  const now = useSession();
  if (now.kind !== "signed-in") throw new Error("useMe is only for pages behind sign-in");
  return now.me;
}

export function can(me: Me, capability: string): boolean {
  return me.capabilities.includes(capability);
}
