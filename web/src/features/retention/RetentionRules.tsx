/** Each kind of media: until when a call of today is kept, where it lies until then, on which article, and how much there is. */
import { useQuery } from "@tanstack/react-query";
import type { RetentionRule } from "../../api/types";
import { Article } from "../../components/Article/Article";
import { Day } from "../../components/DateTime/DateTime";
import { Fact, Facts } from "../../components/Facts/Facts";
import { Icon } from "../../components/Icon/Icon";
import { Loading } from "../../components/Loading/Loading";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useI18n } from "../../i18n/language";
import { retentionQuery } from "./api";
import { KeptNumbers } from "./KeptNumbers";

export function RetentionRules() {
  const { t } = useI18n();
  const retention = useQuery(retentionQuery);
  if (retention.isPending) return <div className="card"><Loading /></div>;
  if (retention.isError) return <ProblemBanner error={retention.error} onRetry={() => void retention.refetch()} />;
  return (
    <div className="space-y-5">
      {retention.data.rules.map((rule) => (
        <Rule key={rule.kind} rule={rule} />
      ))}
      <p className="text-dns-14N-130 text-solid-gray-700">
        {t("retention.in_force")} <Day at={retention.data.effective_from} />
      </p>
    </div>
  );
}

function Rule({ rule }: { rule: RetentionRule }) {
  const { t, text, word } = useI18n();
  const id = `kept-${rule.kind}`;
  return (
    <section aria-labelledby={id} className="card px-5 py-4">
      <h2 id={id} className="flex flex-wrap items-center gap-x-3 gap-y-1 text-std-20B-150">
        {word("retention.kind", rule.kind)}
        <Article of={rule} />
      </h2>
      <p className="mt-2 text-std-18N-160">
        <UntilWhen rule={rule} />
      </p>
      <p className="mb-3 mt-1 text-solid-gray-800">{text(rule.sentence)}</p>
      <Way rule={rule} />
      <Facts>
        {rule.minimum && <Fact name={t("retention.minimum")}>{t("retention.not_before", { period: text(rule.minimum) })}</Fact>}
        {rule.erasure && <Fact name={t("retention.erasure")}>{text(rule.erasure)}</Fact>}
        {rule.extension && (
          <Fact name={t("retention.longer")}>
            {text(rule.extension.sentence)} <Article of={rule.extension} />
            <span className="block text-dns-14N-130 text-solid-gray-700">{t("retention.decided_by", { who: text(rule.extension.decided_by) })}</span>
          </Fact>
        )}
      </Facts>
      {rule.kept && <KeptNumbers kind={rule.kind} kept={rule.kept} tiers={rule.tiers.length} />}
    </section>
  );
}

/** The one thing a clerk asks first. */
function UntilWhen({ rule }: { rule: RetentionRule }) {
  const { t } = useI18n();
  if (rule.todays_last_day) {
    return (
      <>
        {t("retention.today_before")}{" "}
        <strong>
          <Day at={rule.todays_last_day} />
        </strong>{" "}
        {t("retention.today_after")}
      </>
    );
  }
  if (rule.capacity) return <>{t("retention.until_full", { gibibytes: rule.capacity.gibibytes, percent: rule.capacity.gives_way_at_percent })}</>;
  return <>{t("retention.no_end")}</>;
}

/** Where it lies, one place after another, and what comes last. */
function Way({ rule }: { rule: RetentionRule }) {
  const { t, text, word } = useI18n();
  const places = rule.tiers.length > 0 ? rule.tiers.map((tier) => ({ key: tier.tier, name: word("retention.tier", tier.tier), keep: text(tier.keep), place: text(tier.place) })) : [{ key: "primary", name: t("retention.kept"), keep: rule.maximum ? text(rule.maximum) : rule.capacity ? t("retention.full") : t("retention.endless"), place: "" }];
  return (
    <ol aria-label={t("retention.way")} className="mb-2 flex flex-wrap items-stretch gap-2">
      {places.map((place) => (
        <li key={place.key} className="flex min-w-0 items-center gap-2">
          <span className="min-w-0 rounded-8 border border-blue-300 bg-blue-50 px-4 py-2">
            <span className="block text-dns-14N-130 text-solid-gray-800">{place.name}</span>
            <strong className="block text-std-18B-160">{place.keep}</strong>
            {place.place !== "" && <span className="block text-dns-14N-130 text-solid-gray-800">{place.place}</span>}
          </span>
          <Icon name="forward" className="text-solid-gray-600" />
        </li>
      ))}
      <li className="flex items-center">
        <span className="rounded-8 border border-solid-gray-420 bg-white px-4 py-2 text-std-18B-160">{rule.maximum || rule.capacity ? t("retention.erased") : t("retention.stays")}</span>
      </li>
    </ol>
  );
}
