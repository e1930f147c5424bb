/** /erasures/$erasureId: one request for erasure. */
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Icon } from "../components/Icon/Icon";
import { Loading } from "../components/Loading/Loading";
import { PageHeading } from "../components/PageHeading/PageHeading";
import { ProblemBanner } from "../components/ProblemBanner/ProblemBanner";
import { erasureQuery } from "../features/erasures/api";
import { ErasureBadge } from "../features/erasures/ErasureBadge";
import { ErasureActs, ErasureView } from "../features/erasures/ErasureView";
import { useI18n } from "../i18n/language";

const route = getRouteApi("/signed-in/erasures/$erasureId");

export function ErasurePage() {
  const { t } = useI18n();
  const { erasureId } = route.useParams();
  const found = useQuery(erasureQuery(erasureId));
  const above = (
    <Link to="/erasures" className="link mb-2 inline-flex items-center gap-1">
      <Icon name="back" size={16} />
      {t("erasures.back")}
    </Link>
  );
  if (found.data === undefined)
    return (
      <>
        <PageHeading title={t("erasures.one")} above={above} />
        {found.isError ? <ProblemBanner error={found.error} onRetry={() => void found.refetch()} /> : <Loading />}
      </>
    );
  return (
    <>
      <PageHeading title={t("erasures.titled", { requester: found.data.requester })} above={above} lead={<ErasureBadge erasure={found.data} />} actions={<ErasureActs erasure={found.data} />} />
      <ErasureView erasure={found.data} />
    </>
  );
}
