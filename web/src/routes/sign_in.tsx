/** /t/$tenant/sign-in */
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate, useRouter } from "@tanstack/react-router";
import { rememberTenant } from "../api/tenant_memory";
import type { Me } from "../api/types";
import { Banner } from "../components/Banner/Banner";
import { PageHeading } from "../components/PageHeading/PageHeading";
import { publicNoticeQuery } from "../features/public-notice/api";
import { SignInForm } from "../features/sign-in/SignInForm";
import { useI18n } from "../i18n/language";
import { homeOf } from "./navigation";

const route = getRouteApi("/t/$tenant/sign-in");

export function SignInPage() {
  const { t, text } = useI18n();
  const { tenant } = route.useParams();
  const { next } = route.useSearch();
  const navigate = useNavigate();
  const router = useRouter();
  const notice = useQuery(publicNoticeQuery(tenant));
  const enter = (me: Me) => {
    rememberTenant(me.tenant.id);
    if (me.password_change_required) void navigate({ to: "/password" });
    else if (next !== undefined) router.history.push(next);
    else void navigate({ to: homeOf(me.capabilities) });
  };
  return (
    <div className="card px-6 py-7 sm:px-8">
      <PageHeading title={t("sign_in.title")} above={<p className="mb-1 text-std-16B-170 text-solid-gray-700">{notice.data ? text(notice.data.name) : tenant}</p>} lead={t("sign_in.lead")} />
      {next !== undefined && (
        <Banner tone="note" className="mb-4">
          <p>{t("sign_in.again")}</p>
        </Banner>
      )}
      <SignInForm tenant={tenant} onSignedIn={enter} />
      <p className="mt-6 border-t border-line pt-4">
        <Link to="/t/$tenant" params={{ tenant }} className="link">
          {t("sign_in.to_notice")}
        </Link>
      </p>
    </div>
  );
}
