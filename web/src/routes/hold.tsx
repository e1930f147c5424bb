/** /holds/$holdId: one preservation hold. */
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Icon } from "../components/Icon/Icon";
import { Loading } from "../components/Loading/Loading";
import { PageHeading } from "../components/PageHeading/PageHeading";
import { ProblemBanner } from "../components/ProblemBanner/ProblemBanner";
import { holdQuery } from "../features/holds/api";
import { HoldActs } from "../features/holds/HoldActs";
import { HoldBadge } from "../features/holds/HoldBadge";
import { HoldView } from "../features/holds/HoldView";
import { useI18n } from "../i18n/language";

const route = getRouteApi("/signed-in/holds/$holdId");

export function HoldPage() {
  const { t, text } = useI18n();
  const { holdId } = route.useParams();
  const found = useQuery(holdQuery(holdId));
  const above = (
    <Link to="/holds" className="link mb-2 inline-flex items-center gap-1">
      <Icon name="back" size={16} />
      {t("holds.back")}
    </Link>
  );
  if (found.data === undefined)
    return (
      <>
        <PageHeading title={t("holds.one")} above={above} />
        {found.isError ? <ProblemBanner error={found.error} onRetry={() => void found.refetch()} /> : <Loading />}
      </>
    );
  return (
    <>
      <PageHeading title={t("holds.titled", { ground: text(found.data.ground.name) })} above={above} lead={<HoldBadge hold={found.data} />} actions={<HoldActs hold={found.data} size="sm" />} />
      <HoldView hold={found.data} />
    </>
  );
}
