/** An address we do not know, or may not know. */
import { Link } from "@tanstack/react-router";
import { PageHeading } from "../components/PageHeading/PageHeading";
import { useI18n } from "../i18n/language";

export function NotFoundPage() {
  const { t } = useI18n();
  return (
    <>
      <PageHeading title={t("not_found.title")} lead={t("not_found.lead")} />
      <Link to="/" className="link">
        {t("not_found.home")}
      </Link>
    </>
  );
}
