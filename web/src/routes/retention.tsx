/** /retention: what is kept until when and why, what will be erased, what was erased, and how the rules are amended. */
import { getRouteApi } from "@tanstack/react-router";
import { can, useMe } from "../api/session";
import { PageHeading } from "../components/PageHeading/PageHeading";
import { Tabs } from "../components/Tabs/Tabs";
import { CertificateList } from "../features/certificates/CertificateList";
import { DeletionForecast } from "../features/deletion-forecast/DeletionForecast";
import { AmendmentForm } from "../features/policy-amendments/AmendmentForm";
import { AmendmentList } from "../features/policy-amendments/AmendmentList";
import { MAY_PROPOSE } from "../features/policy-amendments/capability";
import { RetentionRules } from "../features/retention/RetentionRules";
import { useI18n } from "../i18n/language";

const route = getRouteApi("/signed-in/retention");

export function RetentionPage() {
  const { t } = useI18n();
  const me = useMe();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const sees = can(me, "report.read");
  const { tab = "rules" } = search;
  return (
    <>
      <PageHeading title={t("retention.title")} lead={t("retention.lead")} />
      <Tabs
        label={t("retention.title")}
        value={tab}
        tabs={[
          { value: "rules", label: t("retention.rules") },
          ...(sees ? [{ value: "forecast" as const, label: t("forecast.tab") }, { value: "certificates" as const, label: t("certificates.title") }] : []),
          { value: "amendments", label: t("amendments.title") },
        ]}
        onChange={(next) => void navigate({ search: next === "rules" ? {} : { tab: next } })}
      >
        {tab === "forecast" && sees ? (
          <DeletionForecast day={search.day} onDay={(day) => void navigate({ search: { tab, day } })} />
        ) : tab === "certificates" && sees ? (
          <CertificateList within={{ ...(search.from ? { from: search.from } : {}), ...(search.to ? { to: search.to } : {}) }} onWithin={(within) => void navigate({ search: { tab, ...within } })} />
        ) : tab === "amendments" ? (
          <div className="space-y-5">
            <AmendmentList />
            {can(me, MAY_PROPOSE) && <AmendmentForm />}
          </div>
        ) : (
          <RetentionRules />
        )}
      </Tabs>
    </>
  );
}
