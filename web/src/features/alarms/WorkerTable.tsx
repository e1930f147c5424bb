/** The recorders and when they were last heard. */
import { useQuery } from "@tanstack/react-query";
import type { Worker } from "../../api/types";
import { Badge } from "../../components/Badge/Badge";
import { type Column, DataTable } from "../../components/DataTable/DataTable";
import { DateTime } from "../../components/DateTime/DateTime";
import { Loading } from "../../components/Loading/Loading";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useI18n } from "../../i18n/language";
import { workersQuery } from "./api";

const TONES = { running: "green", stopped: "neutral", silent: "red" } as const;

export function WorkerTable() {
  const { t, word } = useI18n();
  const workers = useQuery(workersQuery);
  const columns: Column<Worker>[] = [
    { key: "id", title: t("workers.id"), rowHeader: true, cell: (worker) => <code className="font-mono">{worker.id.slice(0, 8)}</code> },
    { key: "state", title: t("workers.state_label"), cell: (worker) => <Badge tone={TONES[worker.state]}>{word("workers.state", worker.state)}</Badge> },
    { key: "heard", title: t("workers.heard"), cell: (worker) => <DateTime at={worker.last_heard_at} seconds /> },
    { key: "since", title: t("workers.since"), cell: (worker) => <DateTime at={worker.started_at} /> },
    { key: "spool", title: t("workers.spool"), align: "right", cell: (worker) => <span className="tabular">{worker.spool_percent}%</span> },
    { key: "version", title: t("workers.version"), cell: (worker) => worker.software_version },
  ];
  return (
    <section aria-labelledby="workers" className="card mb-6 overflow-hidden">
      <h2 id="workers" className="px-5 pb-2 pt-4 text-std-18B-160">
        {t("workers.title")}
      </h2>
      {workers.isPending ? <Loading /> : workers.isError ? <ProblemBanner error={workers.error} className="m-4" /> : workers.data.length === 0 ? <p className="px-5 pb-4">{t("workers.none")}</p> : <DataTable caption={t("workers.title")} columns={columns} rows={workers.data} rowKey={(worker) => worker.id} />}
    </section>
  );
}
