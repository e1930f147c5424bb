/** The state of the store: the tenant's key, how full it is, and what the last checks found. */
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Job, StorageHealth as Health } from "../../api/types";
import { Badge } from "../../components/Badge/Badge";
import { Banner } from "../../components/Banner/Banner";
import { type Column, DataTable } from "../../components/DataTable/DataTable";
import { DateTime } from "../../components/DateTime/DateTime";
import { Icon } from "../../components/Icon/Icon";
import { Loading } from "../../components/Loading/Loading";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useI18n } from "../../i18n/language";
import { storageHealthQuery } from "./api";
import { CapacityGauge } from "./CapacityGauge";
import { octets } from "./octets";

export function StorageHealth() {
  const health = useQuery(storageHealthQuery);
  if (health.isPending) return <div className="card mb-6"><Loading /></div>;
  if (health.data === undefined) return <ProblemBanner error={health.error} className="mb-6" onRetry={() => void health.refetch()} />;
  return (
    <div className="mb-6 space-y-5">
      <KeyState of={health.data.keys} />
      {health.data.capacity && <CapacityGauge capacity={health.data.capacity} />}
      <Checks health={health.data} />
      <Tiers health={health.data} />
    </div>
  );
}

/** A tenant whose key is gone is dark: nothing can be heard, and nothing is lost. */
function KeyState({ of }: { of: Health["keys"] }) {
  const { t } = useI18n();
  if (of === "available" || of === "untried") {
    return (
      <p className="card flex items-center gap-2 px-5 py-4">
        <Icon name={of === "available" ? "success" : "note"} className={of === "available" ? "text-success-2" : "text-blue-900"} />
        {t(`storage.key.${of}`)}
      </p>
    );
  }
  return (
    <Banner tone={of === "away" ? "warning" : "error"} title={t(`storage.key.${of}`)}>
      {t(`storage.key.${of}_text`)}
    </Banner>
  );
}

function Checks({ health }: { health: Health }) {
  const { t, language } = useI18n();
  const job = (kind: Job["kind"]) => health.jobs.find((one) => one.kind === kind);
  const figure = (kind: Job["kind"], name: string) => {
    const found = job(kind)?.figures[name];
    return typeof found === "number" ? found : 0;
  };
  const count = (number: number) => number.toLocaleString(language);
  const [orphans, missing] = [figure("reconcile", "without_row"), figure("reconcile", "without_object")];
  return (
    <section aria-labelledby="storage-checks" className="card px-5 py-4">
      <h2 id="storage-checks" className="mb-1 text-std-18B-160">
        {t("storage.checks")}
      </h2>
      <ul className="divide-y divide-line">
        <Check name={t("storage.scrub")} lead={t("storage.scrub_lead")} job={health.kept === 0 || health.read_within_28_days > 0 ? job("scrub") : undefined} good={health.quarantined === 0}>
          {health.quarantined === 0 ? t("storage.all_sound") : t("storage.broken", { count: count(health.quarantined) })}
          <span className="block text-dns-14N-130 text-solid-gray-700">{t("storage.read_lately", { read: count(health.read_within_28_days), all: count(health.kept) })}</span>
        </Check>
        <Check name={t("storage.reconcile")} lead={t("storage.reconcile_lead")} job={job("reconcile")} good={orphans + missing === 0}>
          {orphans + missing === 0 ? t("storage.all_there") : t("storage.astray", { orphans: count(orphans), missing: count(missing) })}
        </Check>
        <Check name={t("storage.sweep")} lead={t("storage.sweep_lead")} job={job("sweep")} good={health.late === 0}>
          {health.late === 0 ? t("storage.none_late") : t("storage.late", { count: count(health.late) })}
        </Check>
      </ul>
    </section>
  );
}

/** A check that has not run yet says nothing good of the store. */
function Check({ name, lead, job, good, children }: { name: string; lead: string; job: Job | undefined; good: boolean; children: ReactNode }) {
  const { t } = useI18n();
  const known = job?.ended_at || !good;
  return (
    <li className="flex flex-wrap items-start gap-x-5 gap-y-1 py-3">
      <div className="min-w-0 grow basis-80">
        <h3 className="text-std-16B-170">{name}</h3>
        <p className="text-dns-14N-130 text-solid-gray-700">{lead}</p>
      </div>
      <div className="min-w-0 grow basis-72">
        {known ? (
          <>
            <Badge tone={good ? "green" : "red"} icon={good ? "check" : "warning"}>
              {t(good ? "storage.good" : "storage.bad")}
            </Badge>{" "}
            {children}
          </>
        ) : (
          <Badge>{t("storage.not_yet")}</Badge>
        )}
        {job?.ended_at && (
          <p className="text-dns-14N-130 text-solid-gray-700">
            {t("storage.last")} <DateTime at={job.ended_at} />
          </p>
        )}
      </div>
    </li>
  );
}

function Tiers({ health }: { health: Health }) {
  const { t, word, language } = useI18n();
  const columns: Column<Health["tiers"][number]>[] = [
    { key: "tier", title: t("certificates.bucket"), rowHeader: true, cell: (row) => word("retention.tier", row.tier) },
    { key: "recordings", title: t("forecast.recordings"), align: "right", cell: (row) => <span className="tabular">{row.recordings.toLocaleString(language)}</span> },
    { key: "octets", title: t("storage.size"), align: "right", cell: (row) => <span className="tabular">{octets(row.octets, language)}</span> },
  ];
  return (
    <section aria-labelledby="storage-tiers" className="card overflow-hidden">
      <h2 id="storage-tiers" className="px-5 pb-2 pt-4 text-std-18B-160">
        {t("storage.tiers")}
      </h2>
      {health.tiers.length === 0 ? <p className="px-5 pb-4">{t("storage.nothing")}</p> : <DataTable caption={t("storage.tiers")} columns={columns} rows={health.tiers} rowKey={(row) => row.tier} />}
    </section>
  );
}
