/** The work that runs by itself: how far each is, what it found, when it comes again. */
import { useQuery } from "@tanstack/react-query";
import type { Job } from "../../api/types";
import { Badge } from "../../components/Badge/Badge";
import { type Column, DataTable } from "../../components/DataTable/DataTable";
import { StackedDateTime } from "../../components/DateTime/DateTime";
import { Loading } from "../../components/Loading/Loading";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useI18n } from "../../i18n/language";
import { jobsQuery } from "./api";
import { findings } from "./figures";

const TONES = { resting: "neutral", running: "green", stopped: "red" } as const;

export function JobTable() {
  const { t, text, word } = useI18n();
  const jobs = useQuery(jobsQuery);
  if (jobs.isPending) return <div className="card"><Loading /></div>;
  if (jobs.data === undefined) return <ProblemBanner error={jobs.error} onRetry={() => void jobs.refetch()} />;
  const columns: Column<Job>[] = [
    {
      key: "name",
      title: t("jobs.kind"),
      rowHeader: true,
      cell: (job) => (
        <>
          <span className="inline-block first-letter:uppercase">{text(job.name)}</span>
          {job.last_error && <span className="block text-dns-14N-130 text-error-2">{t("jobs.failed", { times: job.failures })}</span>}
        </>
      ),
    },
    { key: "state", title: t("jobs.state_label"), cell: (job) => <Badge tone={job.failures > 0 && job.state === "resting" ? "yellow" : TONES[job.state]}>{word("jobs.state", job.state)}</Badge> },
    { key: "progress", title: t("jobs.progress"), cell: (job) => <Progress job={job} /> },
    { key: "last", title: t("jobs.last"), cell: (job) => (job.ended_at ? <StackedDateTime at={job.ended_at} /> : "—") },
    { key: "next", title: t("jobs.next"), cell: (job) => (job.state === "resting" ? <StackedDateTime at={job.next_at} /> : "—") },
  ];
  return (
    <section aria-labelledby="jobs" className="card overflow-hidden">
        <h2 id="jobs" className="px-5 pt-4 text-std-18B-160">
          {t("jobs.title")}
        </h2>
        <p className="px-5 pb-2 text-dns-14N-130 text-solid-gray-700">{t("jobs.lead")}</p>
        {jobs.data.length === 0 ? <p className="px-5 pb-4">{t("jobs.none")}</p> : <DataTable caption={t("jobs.title")} columns={columns} rows={jobs.data} rowKey={(job) => job.id} />}
      </section>
  );
}

/** Done of all as a bar while it runs; afterwards what it found. */
function Progress({ job }: { job: Job }) {
  const { t, text, word, language } = useI18n();
  const count = (number: number) => number.toLocaleString(language);
  const found = findings(job);
  return (
    <div className="min-w-40">
      {job.state === "running" && job.total ? (
        <>
          <div role="progressbar" aria-label={`${text(job.name)} ${t("jobs.progress")}`} aria-valuemin={0} aria-valuemax={job.total} aria-valuenow={Math.min(job.done, job.total)} className="h-3 w-40 overflow-hidden rounded-full border border-solid-gray-420 bg-white">
            <span className="block h-full bg-blue-900" style={{ width: `${Math.min(100, (job.done / job.total) * 100)}%` }} />
          </div>
          <span className="tabular block text-dns-14N-130">{t("jobs.done_of", { done: count(job.done), total: count(job.total) })}</span>
        </>
      ) : (
        <span className="tabular">{job.done > 0 ? t("retention.count", { count: count(job.done) }) : job.ended_at && job.failures === 0 ? t("jobs.nothing") : "—"}</span>
      )}
      {found.length > 0 && (
        <span className="block text-dns-14N-130 text-solid-gray-700">
          {found.map(([name, number]) => `${word("jobs.figure", name)} ${count(number)}`).join(" · ")}
        </span>
      )}
    </div>
  );
}
