/** Every address of the portal, one entry each. */
import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, createRouter, Outlet, type RouterHistory, redirect } from "@tanstack/react-router";
import { session } from "../api/session";
import { refreshMe } from "../api/sign_in";
import { rememberedTenant } from "../api/tenant_memory";
import { ProblemBanner } from "../components/ProblemBanner/ProblemBanner";
import { readAuditSearch } from "../features/audit-events/audit_search";
import { readCallSearch } from "../features/calls/call_search";
import { STANDINGS as ERASURES } from "../features/erasures/ErasureList";
import { readExpectedSearch } from "../features/expected-calls/expected_search";
import { STANDINGS as HOLDS } from "../features/holds/HoldList";
import { AlarmsPage } from "../routes/alarms";
import { AuditPage } from "../routes/audit";
import { CallsPage } from "../routes/calls";
import { CertificatePage } from "../routes/certificate";
import { ConnectionPage } from "../routes/connection";
import { ConnectionsPage } from "../routes/connections";
import { CoveragePage } from "../routes/coverage";
import { ErasurePage } from "../routes/erasure";
import { ErasuresPage } from "../routes/erasures";
import { ExpectedCallsPage } from "../routes/expected_calls";
import { DevicesPage } from "../routes/devices";
import { HoldPage } from "../routes/hold";
import { HoldsPage } from "../routes/holds";
import { LiveCallsPage } from "../routes/live_calls";
import { MePage } from "../routes/me";
import { homeOf } from "../routes/navigation";
import { NotFoundPage } from "../routes/not_found";
import { PasswordPage } from "../routes/password";
import { PeoplePage } from "../routes/people";
import { PolicyPage } from "../routes/policy";
import { PublicNoticePage } from "../routes/public_notice";
import { RecordingPage } from "../routes/recording";
import { RecordingsPage } from "../routes/recordings";
import { RetentionPage } from "../routes/retention";
import { SignInPage } from "../routes/sign_in";
import { StartPage } from "../routes/start";
import { StoragePage } from "../routes/storage";
import { PublicFrame } from "./PublicFrame";
import { Shell } from "./Shell";

/** Makes sure somebody is signed in; sends everybody else to their municipality's sign-in page. */
async function requireSignIn(here: string): Promise<void> {
  if (session.get().kind === "unknown") await refreshMe();
  const now = session.get();
  if (now.kind === "signed-in" || (now.kind === "locked" && now.me !== undefined)) return;
  const tenant = rememberedTenant();
  if (tenant === undefined) throw redirect({ to: "/" });
  throw redirect({ to: "/t/$tenant/sign-in", params: { tenant }, search: here === "/" ? {} : { next: here } });
}

/** Only addresses of this portal: never another site, never a page open to everybody. */
export function safeNext(raw: unknown): string | undefined {
  return typeof raw === "string" && /^\/(recordings|holds|erasures|live|calls|coverage|expected-calls|alarms|people|audit|policy|retention|certificates|storage|devices|connections|me)(?=[/?#]|$)/.test(raw) ? raw : undefined;
}

const root = createRootRouteWithContext<{ queries: QueryClient }>()({
  component: Outlet,
  notFoundComponent: () => (
    <PublicFrame>
      <NotFoundPage />
    </PublicFrame>
  ),
});

const start = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: async () => {
    if (session.get().kind === "unknown") await refreshMe();
    const now = session.get();
    if (now.kind === "signed-in") throw redirect({ to: now.me.password_change_required ? "/password" : homeOf(now.me.capabilities) });
    const tenant = rememberedTenant();
    if (tenant !== undefined) throw redirect({ to: "/t/$tenant/sign-in", params: { tenant } });
  },
  component: () => (
    <PublicFrame narrow>
      <StartPage />
    </PublicFrame>
  ),
});

const publicNotice = createRoute({
  getParentRoute: () => root,
  path: "/t/$tenant",
  component: () => (
    <PublicFrame>
      <PublicNoticePage />
    </PublicFrame>
  ),
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/t/$tenant/sign-in",
  validateSearch: (raw: Record<string, unknown>): { next?: string } => {
    const next = safeNext(raw["next"]);
    return next === undefined ? {} : { next };
  },
  component: () => (
    <PublicFrame narrow>
      <SignInPage />
    </PublicFrame>
  ),
});

const password = createRoute({
  getParentRoute: () => root,
  path: "/password",
  beforeLoad: ({ location }) => requireSignIn(location.pathname),
  component: () => (
    <PublicFrame narrow>
      <PasswordPage />
    </PublicFrame>
  ),
});

const signedIn = createRoute({
  getParentRoute: () => root,
  id: "signed-in",
  beforeLoad: async ({ location }) => {
    await requireSignIn(location.href);
    const now = session.get();
    if (now.kind === "signed-in" && now.me.password_change_required) throw redirect({ to: "/password" });
  },
  component: Shell,
});

type TabSearch<T extends string> = { tab?: T };
const tabSearch =
  <T extends string>(...tabs: T[]) =>
  (raw: Record<string, unknown>): TabSearch<T> =>
    tabs.includes(raw["tab"] as T) ? { tab: raw["tab"] as T } : {};

const recordings = createRoute({ getParentRoute: () => signedIn, path: "/recordings", validateSearch: readCallSearch, component: RecordingsPage });
const recording = createRoute({ getParentRoute: () => signedIn, path: "/recordings/$recordingId", component: RecordingPage });
/** How the things of a list stand, where the address says so. */
const standingSearch =
  <T extends string>(standings: readonly T[]) =>
  (raw: Record<string, unknown>): { standing?: T } =>
    standings.includes(raw["standing"] as T) ? { standing: raw["standing"] as T } : {};

const holds = createRoute({ getParentRoute: () => signedIn, path: "/holds", validateSearch: standingSearch(HOLDS), component: HoldsPage });
const hold = createRoute({ getParentRoute: () => signedIn, path: "/holds/$holdId", component: HoldPage });
const erasures = createRoute({ getParentRoute: () => signedIn, path: "/erasures", validateSearch: standingSearch(ERASURES), component: ErasuresPage });
const erasure = createRoute({ getParentRoute: () => signedIn, path: "/erasures/$erasureId", component: ErasurePage });
const live = createRoute({ getParentRoute: () => signedIn, path: "/live", validateSearch: tabSearch("calls", "lines"), component: LiveCallsPage });
const calls = createRoute({ getParentRoute: () => signedIn, path: "/calls", validateSearch: readCallSearch, component: CallsPage });
const coverage = createRoute({
  getParentRoute: () => signedIn,
  path: "/coverage",
  validateSearch: (raw: Record<string, unknown>): TabSearch<"calendar"> & { month?: string } => ({
    ...tabSearch("calendar")(raw),
    ...(typeof raw["month"] === "string" && /^\d{4}-(0[1-9]|1[0-2])$/.test(raw["month"]) ? { month: raw["month"] } : {}),
  }),
  component: CoveragePage,
});
const expectedCalls = createRoute({ getParentRoute: () => signedIn, path: "/expected-calls", validateSearch: readExpectedSearch, component: ExpectedCallsPage });
const alarms = createRoute({ getParentRoute: () => signedIn, path: "/alarms", component: AlarmsPage });
const people = createRoute({ getParentRoute: () => signedIn, path: "/people", validateSearch: tabSearch("people", "posts"), component: PeoplePage });
const audit = createRoute({ getParentRoute: () => signedIn, path: "/audit", validateSearch: readAuditSearch, component: AuditPage });
const policy = createRoute({ getParentRoute: () => signedIn, path: "/policy", validateSearch: tabSearch("rules", "text"), component: PolicyPage });
const day = (raw: Record<string, unknown>, name: string): string | undefined => (typeof raw[name] === "string" && /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/.test(raw[name]) ? raw[name] : undefined);
const retention = createRoute({
  getParentRoute: () => signedIn,
  path: "/retention",
  validateSearch: (raw: Record<string, unknown>): TabSearch<"forecast" | "certificates" | "amendments"> & { day?: string; from?: string; to?: string } => {
    const days = Object.fromEntries(["day", "from", "to"].flatMap((name) => (day(raw, name) === undefined ? [] : [[name, day(raw, name)]])));
    return { ...tabSearch("forecast", "certificates", "amendments")(raw), ...days };
  },
  component: RetentionPage,
});
const certificate = createRoute({ getParentRoute: () => signedIn, path: "/certificates/$certificateId", component: CertificatePage });
const storage = createRoute({ getParentRoute: () => signedIn, path: "/storage", component: StoragePage });
const connections = createRoute({ getParentRoute: () => signedIn, path: "/connections", component: ConnectionsPage });
const devices = createRoute({ getParentRoute: () => signedIn, path: "/devices", component: DevicesPage });
const connection = createRoute({ getParentRoute: () => signedIn, path: "/connections/$connectionId", validateSearch: tabSearch("health", "test", "settings", "guide"), component: ConnectionPage });
const me = createRoute({ getParentRoute: () => signedIn, path: "/me", component: MePage });

const routeTree = root.addChildren([start, publicNotice, signIn, password, signedIn.addChildren([recordings, recording, holds, hold, erasures, erasure, live, calls, coverage, expectedCalls, alarms, people, audit, policy, retention, certificate, storage, devices, connections, connection, me])]);

/** Plain query strings: what a person reads in the address is what was searched for. */
export const parseSearch = (query: string): Record<string, unknown> => Object.fromEntries(new URLSearchParams(query));
export const stringifySearch = (search: Record<string, unknown>): string => {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) if (value !== undefined && value !== "") query.set(name, String(value));
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
};

/** `history` is the browser's unless a test brings its own. */
export function makeRouter(queries: QueryClient, history?: RouterHistory) {
  return createRouter({
    ...(history === undefined ? {} : { history }),
    routeTree,
    context: { queries },
    parseSearch,
    stringifySearch,
    scrollRestoration: true,
    defaultErrorComponent: ({ error, reset }) => (
      <PublicFrame>
        <ProblemBanner error={error} onRetry={reset} />
      </PublicFrame>
    ),
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
