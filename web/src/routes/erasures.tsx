/** /erasures: requests for erasure by how they stand. */
import { getRouteApi } from "@tanstack/react-router";
import { PageHeading } from "../components/PageHeading/PageHeading";
import { ErasureList } from "../features/erasures/ErasureList";
import { useI18n } from "../i18n/language";

const route = getRouteApi("/signed-in/erasures");

export function ErasuresPage() {
  const { t } = useI18n();
  const { standing = "asked" } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <>
      <PageHeading title={t("erasures.title")} lead={t("erasures.lead")} />
      <ErasureList standing={standing} onStanding={(next) => void navigate({ search: next === "asked" ? {} : { standing: next } })} />
    </>
  );
}
