/** /policy: the tenant's policy, as rules and as text. */
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Day } from "../components/DateTime/DateTime";
import { Loading } from "../components/Loading/Loading";
import { PageHeading } from "../components/PageHeading/PageHeading";
import { ProblemBanner } from "../components/ProblemBanner/ProblemBanner";
import { Tabs } from "../components/Tabs/Tabs";
import { policyQuery } from "../features/policies/api";
import { PolicyRules } from "../features/policies/PolicyRules";
import { PolicyText } from "../features/policies/PolicyText";
import { useI18n } from "../i18n/language";

const route = getRouteApi("/signed-in/policy");

export function PolicyPage() {
  const { t, text } = useI18n();
  const { tab = "rules" } = route.useSearch();
  const navigate = route.useNavigate();
  const policy = useQuery(policyQuery);
  return (
    <>
      <PageHeading
        title={t("policy.title")}
        lead={
          policy.data && (
            <>
              <span className="block font-bold text-solid-gray-900">{text(policy.data.document_title)}</span>
              <span className="block">
                {t("policy.effective")} <Day at={policy.data.effective_from} />
                <span className="ml-3" title={policy.data.version}>
                  {t("policy.version", { version: policy.data.version.slice(0, 12) })}
                </span>
              </span>
            </>
          )
        }
      />
      <Tabs
        label={t("policy.title")}
        value={tab}
        tabs={[
          { value: "rules", label: t("policy.rules") },
          { value: "text", label: t("policy.text") },
        ]}
        onChange={(next) => void navigate({ search: next === "rules" ? {} : { tab: next } })}
      >
        {tab === "text" ? <PolicyText /> : policy.isPending ? <Loading /> : policy.isError ? <ProblemBanner error={policy.error} onRetry={() => void policy.refetch()} /> : <PolicyRules policy={policy.data} />}
      </Tabs>
    </>
  );
}
