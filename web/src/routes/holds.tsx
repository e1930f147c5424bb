/** /holds: preservation holds by how they stand. */
import { getRouteApi } from "@tanstack/react-router";
import { PageHeading } from "../components/PageHeading/PageHeading";
import { HoldList } from "../features/holds/HoldList";
import { useI18n } from "../i18n/language";

const route = getRouteApi("/signed-in/holds");

export function HoldsPage() {
  const { t } = useI18n();
  const { standing = "active" } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <>
      <PageHeading title={t("holds.title")} lead={t("holds.lead")} />
      <HoldList standing={standing} onStanding={(next) => void navigate({ search: next === "active" ? {} : { standing: next } })} />
    </>
  );
}
