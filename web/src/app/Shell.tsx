/** The frame of every page behind sign-in: skip link, header, menu, content; and the lock over all of it. */
import { useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { can, useSession } from "../api/session";
import { signOut } from "../api/sign_in";
import type { Me } from "../api/types";
import { Button, IconButton } from "../components/Button/Button";
import { classes } from "../components/classes";
import { Icon } from "../components/Icon/Icon";
import { LanguageSwitch } from "../components/LanguageSwitch/LanguageSwitch";
import { Logo } from "../components/Logo/Logo";
import { useI18n } from "../i18n/language";
import { AlarmBanner } from "../features/alarms/AlarmBanner";
import { GROUPS, PAGES } from "../routes/navigation";
import { IdleGuard } from "./IdleGuard";
import { LockScreen } from "./LockScreen";
import { SkipLink } from "./SkipLink";

export function Shell() {
  const now = useSession();
  const { tenant } = useExpiredTarget();
  if (now.kind === "locked" && now.me !== undefined) return <LockScreen me={now.me} />;
  if (now.kind !== "signed-in") return <SignedOut tenant={tenant} />;
  return <Frame me={now.me} />;
}

/** While a session ends under an open page: leave for the sign-in page, keeping where we were. */
function SignedOut({ tenant }: { tenant: string | undefined }) {
  const navigate = useNavigate();
  const here = useRouterState({ select: (state) => state.location.href });
  useEffect(() => {
    if (tenant === undefined) void navigate({ to: "/" });
    else void navigate({ to: "/t/$tenant/sign-in", params: { tenant }, search: { next: here } });
    // biome-ignore lint: once, on leaving
  }, []);
  return null;
}

function useExpiredTarget(): { tenant: string | undefined } {
  const now = useSession();
  const [tenant, setTenant] = useState<string | undefined>(undefined);
  const known = now.kind === "signed-in" ? now.me.tenant.id : undefined;
  useEffect(() => {
    if (known !== undefined) setTenant(known);
  }, [known]);
  return { tenant: known ?? tenant };
}

function Frame({ me }: { me: Me }) {
  const { t, text } = useI18n();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [menuOpen, setMenuOpen] = useState(false);
  const path = useRouterState({ select: (state) => state.location.pathname });
  useEffect(() => setMenuOpen(false), [path]);
  // A password can run out under an open page; the server then refuses all but its change.
  useEffect(() => {
    if (me.password_change_required) void navigate({ to: "/password" });
  }, [me.password_change_required, navigate]);
  const post = me.appointments[0];
  const leave = async () => {
    await signOut();
    queries.clear();
    await navigate({ to: "/t/$tenant/sign-in", params: { tenant: me.tenant.id } });
  };

  return (
    <div className="flex min-h-dvh flex-col">
      <SkipLink />
      <header className="no-print z-30 border-b border-line bg-white lg:sticky lg:top-0">
        <div className="flex min-h-16 flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2 lg:px-6">
          <IconButton icon={menuOpen ? "close" : "menu"} label={t("nav.menu")} aria-expanded={menuOpen} aria-controls="menu" onClick={() => setMenuOpen(!menuOpen)} className="-ml-2 lg:hidden" />
          <Link to="/" className="flex items-center gap-2.5 rounded-4 text-solid-gray-900 no-underline">
            <Logo />
            <span className="sr-only text-std-18B-160 leading-none md:not-sr-only">Rokuon</span>
          </Link>
          <p className="flex items-center gap-2 border-solid-gray-300 text-dns-16B-130 md:border-l md:pl-4">{text(me.tenant.name)}</p>
          <div className="ml-auto flex flex-wrap items-center gap-x-2 gap-y-1 md:gap-x-3">
            <LanguageSwitch />
            <Link to="/me" className="flex min-h-10 items-center gap-2 rounded-6 px-2 hover:bg-solid-gray-50">
              <Icon name="person" size={22} className="text-solid-gray-700" />
              <span className="sr-only leading-tight md:not-sr-only">
                <span className="sr-only">{t("nav.me_label")} </span>
                <span className="block text-dns-14B-130">{me.person.display_name}</span>
                {post !== undefined && <span className="block max-w-52 truncate text-dns-14N-130 text-solid-gray-700">{text(post.post.name)}</span>}
              </span>
            </Link>
            <Button look="outline" size="xs" icon="signOut" className="min-h-9" onClick={() => void leave()}>
              <span className="sr-only sm:not-sr-only">{t("nav.sign_out")}</span>
            </Button>
          </div>
        </div>
      </header>
      <div className="flex grow flex-col lg:flex-row">
        <nav id="menu" aria-label={t("nav.label")} className={classes("no-print border-line bg-white lg:block lg:w-56 lg:shrink-0 lg:border-r", menuOpen ? "border-b" : "hidden")}>
          <div className="p-3 lg:sticky lg:top-16">
            {GROUPS.map((group) => (
              <MenuGroup key={group} group={group} me={me} path={path} />
            ))}
          </div>
        </nav>
        <main id="main" tabIndex={-1} className="min-w-0 grow px-4 py-6 lg:px-8">
          <div className="mx-auto max-w-[84rem]">
            {can(me, "connection.read") && path !== "/alarms" && <AlarmBanner />}
            <Outlet />
          </div>
        </main>
      </div>
      <IdleGuard minutes={me.idle_lock_minutes} />
    </div>
  );
}

/** The pages of one kind that the person may open, under its name. */
function MenuGroup({ group, me, path }: { group: (typeof GROUPS)[number]; me: Me; path: string }) {
  const { t } = useI18n();
  const pages = PAGES.filter((page) => page.group === group && can(me, page.needs));
  if (pages.length === 0) return null;
  return (
    <>
      <p id={group} className="px-3 pb-0.5 pt-2 text-dns-14N-130 text-solid-gray-700">
        {t(group)}
      </p>
      <ul aria-labelledby={group}>
        {pages.map((page) => (
          <li key={page.to}>
            <Link
              to={page.to}
              aria-current={path.startsWith(page.to) ? "page" : undefined}
              className="flex min-h-11 items-center gap-3 rounded-8 px-3 text-dns-16N-130 text-solid-gray-900 hover:bg-solid-gray-50 hover:underline lg:min-h-10 aria-[current=page]:bg-blue-50 aria-[current=page]:font-bold aria-[current=page]:text-blue-1000"
            >
              <Icon name={page.icon} />
              {t(page.title)}
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}
