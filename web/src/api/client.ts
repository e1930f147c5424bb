/** The one way to the API: adds language and CSRF token, turns refusals into ProblemError, tells the session what it learnt. */
import createClient, { type Middleware } from "openapi-fetch";
import { readProblem } from "./problem";
import type { paths } from "./schema.gen";
import { session } from "./session";

/** Header that marks a request as made by the page itself: it does not count as activity (idle lock, KB-6). */
export const background = { "X-Rokuon-Background": "1" } as const;

const settings = { language: "ja" };

export function setRequestLanguage(language: string): void {
  settings.language = language;
}

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

const rules: Middleware = {
  onRequest({ request }) {
    request.headers.set("Accept-Language", settings.language);
    const token = session.csrfToken();
    if (token !== undefined && !SAFE.has(request.method)) request.headers.set("X-CSRF-Token", token);
    return request;
  },
  async onResponse({ request, response }) {
    if (response.ok) {
      if (!request.headers.has("X-Rokuon-Background")) session.touch(Date.now());
      return response;
    }
    const error = await readProblem(response);
    if (error.code === "session-locked") session.lock();
    if (error.code === "not-signed-in" && session.get().kind === "signed-in") session.set({ kind: "signed-out", reason: "expired" });
    if (error.code === "password-change-required") session.requirePasswordChange();
    throw error;
  },
};

const client = createClient<paths>({
  baseUrl: globalThis.location?.origin ?? "",
  credentials: "same-origin",
  cache: "no-store",
  fetch: (request) => globalThis.fetch(request),
});
client.use(rules);

export const api = client;

/** The body of an answer, for calls that have one. */
export async function body<T>(call: Promise<{ data?: T | undefined }>): Promise<T> {
  const { data } = await call;
  if (data === undefined) throw new Error("the answer had no body");
  return data;
}

/** Waits for an answer without a body. */
export async function done(call: Promise<unknown>): Promise<void> {
  await call;
}

/** A request that outlives the page (closing the tab): plain fetch with keepalive, the same headers. */
export function sendOnLeave(path: string, payload: unknown): void {
  const token = session.csrfToken();
  void globalThis
    .fetch(new URL(path, globalThis.location.origin), {
      method: "POST",
      keepalive: true,
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", ...(token === undefined ? {} : { "X-CSRF-Token": token }) },
      body: JSON.stringify(payload),
    })
    .catch(() => undefined);
}
