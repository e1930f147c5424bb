/** /t/$tenant: the notice citizens read. */
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { ProblemError } from "../api/problem";
import { Loading } from "../components/Loading/Loading";
import { PageHeading } from "../components/PageHeading/PageHeading";
import { ProblemBanner } from "../components/ProblemBanner/ProblemBanner";
import { publicNoticeQuery } from "../features/public-notice/api";
import { PublicNotice } from "../features/public-notice/PublicNotice";
import { useI18n } from "../i18n/language";
import { NotFoundPage } from "./not_found";

const route = getRouteApi("/t/$tenant");

export function PublicNoticePage() {
  const { t } = useI18n();
  const { tenant } = route.useParams();
  const notice = useQuery(publicNoticeQuery(tenant));
  if (notice.isPending) return <Loading />;
  if (notice.isError)
    return notice.error instanceof ProblemError && notice.error.status === 404 ? (
      <NotFoundPage />
    ) : (
      <>
        <PageHeading title={t("public.notice")} />
        <ProblemBanner error={notice.error} onRetry={() => void notice.refetch()} />
      </>
    );
  return (
    <>
      <PublicNotice page={notice.data} />
      <p className="mt-8 text-right">
        <Link to="/t/$tenant/sign-in" params={{ tenant }} className="link">
          {t("public.staff")}
        </Link>
      </p>
    </>
  );
}
