/** The coverage of a month: the share in words, every gap with its cause, each day, each connection. */
import { useQuery } from "@tanstack/react-query";
import type { Coverage, CoverageDay, CoverageGap } from "../../api/types";
import { Article } from "../../components/Article/Article";
import { Badge } from "../../components/Badge/Badge";
import { type Column, DataTable } from "../../components/DataTable/DataTable";
import { DateTime } from "../../components/DateTime/DateTime";
import { Icon } from "../../components/Icon/Icon";
import { Loading } from "../../components/Loading/Loading";
import { buttonClass } from "../../components/Button/Button";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { civil, clock, longDay, shortDay } from "../../i18n/civil_time";
import { useI18n } from "../../i18n/language";
import { coverageCsv, coverageQuery } from "./api";

export function CoverageReport({ month }: { month: string }) {
  const coverage = useQuery(coverageQuery(month));
  if (coverage.isPending) return <div className="card"><Loading /></div>;
  if (coverage.isError) return <ProblemBanner error={coverage.error} onRetry={() => void coverage.refetch()} />;
  return <Report month={month} coverage={coverage.data} />;
}

function Report({ month, coverage }: { month: string; coverage: Coverage }) {
  const { t, text } = useI18n();
  const gaps = coverage.days.flatMap((day) => day.gaps);
  return (
    <div className="space-y-5">
      <section aria-labelledby="coverage-sum" className="card px-5 py-4">
        <h2 id="coverage-sum" className="sr-only">
          {t("coverage.sum")}
        </h2>
        <div className="flex flex-wrap items-center gap-x-8 gap-y-3">
          <p>
            <span className="block text-dns-14N-130 text-solid-gray-700">{t("coverage.percent")}</span>
            <strong className="tabular text-std-32B-150">{percent(coverage.percent)}</strong>
          </p>
          <p className="min-w-0 grow basis-96">
            {coverage.percent == null ? t("coverage.nothing_owed") : coverage.missing_seconds === 0 ? t("coverage.complete", { owed: hours(coverage.owed_seconds, t) }) : t("coverage.incomplete", { owed: hours(coverage.owed_seconds, t), missing: hours(coverage.missing_seconds, t), count: gaps.length })}
            {coverage.sentence && (
              <span className="mt-1 block text-dns-14N-130 text-solid-gray-800">
                {text(coverage.sentence)} {coverage.article && <Article of={{ article: coverage.article, article_label: coverage.article_label ?? coverage.article }} />}
              </span>
            )}
            {coverage.measured_since && (
              <span className="mt-1 block text-dns-14N-130 text-solid-gray-700">
                {t("coverage.measured_since")} <DateTime at={coverage.measured_since} />
              </span>
            )}
          </p>
          <a className={buttonClass()} href={coverageCsv(month)} download>
            <Icon name="download" />
            CSV
          </a>
        </div>
      </section>
      <Gaps gaps={gaps} />
      {coverage.untaken.length > 0 && <Untaken coverage={coverage} />}
      <Connections coverage={coverage} />
      <Days days={coverage.days} />
    </div>
  );
}

const percent = (share: number | null): string => (share === null ? "—" : `${share.toFixed(share === 100 ? 0 : 2)}%`);

/** Seconds as hours and minutes; what is shorter than a minute in seconds. */
function hours(seconds: number, t: ReturnType<typeof useI18n>["t"]): string {
  if (seconds < 60) return t("coverage.seconds", { seconds });
  const minutes = Math.ceil(seconds / 60);
  return minutes < 60 ? t("coverage.minutes", { minutes }) : t("coverage.hours", { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}

function Gaps({ gaps }: { gaps: CoverageGap[] }) {
  const { t, text, word, language } = useI18n();
  const columns: Column<CoverageGap>[] = [
    {
      key: "at",
      title: t("coverage.at"),
      rowHeader: true,
      cell: (gap) => (
        <span className="tabular whitespace-nowrap">
          {clock(gap.from, true)} – {civil(gap.until).day === civil(gap.from).day ? clock(gap.until, true) : "24:00:00"}
        </span>
      ),
    },
    { key: "length", title: t("coverage.length"), align: "right", cell: (gap) => <span className="whitespace-nowrap">{hours(gap.seconds, t)}</span> },
    {
      key: "cause",
      title: t("coverage.cause_label"),
      cell: (gap) => (
        <>
          <Badge tone={gap.cause === "connection_silent" ? "yellow" : "red"}>{word("coverage.cause", gap.cause)}</Badge>
          <span className="mt-0.5 block text-dns-14N-130 text-solid-gray-800">{text(gap.sentence)}</span>
        </>
      ),
    },
    { key: "connection", title: t("call.connection"), cell: (gap) => gap.connection?.name ?? t("coverage.all_connections") },
  ];
  return (
    <section aria-labelledby="coverage-gaps" className="card overflow-hidden">
      <h2 id="coverage-gaps" className="px-5 pb-2 pt-4 text-std-18B-160">
        {t("coverage.gaps", { count: gaps.length })}
      </h2>
      {gaps.length === 0 ? (
        <p className="px-5 pb-4">{t("coverage.no_gaps")}</p>
      ) : (
        <DataTable caption={t("coverage.gaps", { count: gaps.length })} columns={columns} rows={gaps} rowKey={(gap) => `${gap.from} ${gap.connection?.id ?? ""} ${gap.cause}`} group={(gap) => ({ key: civil(gap.from).day, heading: longDay(gap.from, language) })} />
      )}
    </section>
  );
}

function Untaken({ coverage }: { coverage: Coverage }) {
  const { t, word } = useI18n();
  const columns: Column<Coverage["untaken"][number]>[] = [
    { key: "at", title: t("coverage.at"), rowHeader: true, cell: (row) => <DateTime at={row.minute} /> },
    { key: "reason", title: t("coverage.cause_label"), cell: (row) => word("unrecorded.reasons", row.reason) },
    { key: "connection", title: t("call.connection"), cell: (row) => row.connection.name },
    { key: "count", title: t("coverage.count"), align: "right", cell: (row) => <span className="tabular">{row.count}</span> },
  ];
  const all = coverage.untaken.reduce((sum, row) => sum + row.count, 0);
  return (
    <section aria-labelledby="coverage-untaken" className="card overflow-hidden">
      <h2 id="coverage-untaken" className="px-5 pb-2 pt-4 text-std-18B-160">
        {t("coverage.untaken", { count: all })}
      </h2>
      <DataTable caption={t("coverage.untaken", { count: all })} columns={columns} rows={coverage.untaken} rowKey={(row) => `${row.minute} ${row.connection.id} ${row.reason}`} />
    </section>
  );
}

function Connections({ coverage }: { coverage: Coverage }) {
  const { t } = useI18n();
  const columns: Column<Coverage["connections"][number]>[] = [
    { key: "name", title: t("call.connection"), rowHeader: true, cell: (row) => row.connection.name },
    { key: "percent", title: t("coverage.percent"), align: "right", cell: (row) => <span className="tabular">{percent(row.percent)}</span> },
    { key: "heard", title: t("coverage.last_heard"), cell: (row) => (row.last_heard_at ? <DateTime at={row.last_heard_at} seconds /> : t("connections.none_yet")) },
    { key: "limit", title: t("coverage.silent_after"), cell: (row) => hours(row.silent_after_minutes * 60, t) },
  ];
  if (coverage.connections.length === 0) return null;
  return (
    <section aria-labelledby="coverage-connections" className="card overflow-hidden">
      <h2 id="coverage-connections" className="px-5 pb-2 pt-4 text-std-18B-160">
        {t("coverage.by_connection")}
      </h2>
      <DataTable caption={t("coverage.by_connection")} columns={columns} rows={coverage.connections} rowKey={(row) => row.connection.id} />
    </section>
  );
}

function Days({ days }: { days: CoverageDay[] }) {
  const { t, text, word, language } = useI18n();
  const shown = days.filter((day) => day.owed_seconds > 0 || day.hours.length === 0);
  const columns: Column<CoverageDay>[] = [
    { key: "day", title: t("coverage.day"), rowHeader: true, cell: (day) => <span className="whitespace-nowrap">{shortDay(day.day, language)}</span> },
    { key: "hours", title: t("coverage.operating_hours"), cell: (day) => (day.hours.length === 0 ? t("coverage.closed") : day.hours.map((span) => <span key={span.from} className="tabular mr-3 whitespace-nowrap">{hoursOf(span)}</span>)) },
    { key: "why", title: t("coverage.source_label"), cell: (day) => (day.note ? text(day.note) : word("coverage.source", day.source)) },
    { key: "missing", title: t("coverage.missing"), align: "right", cell: (day) => (day.missing_seconds > 0 ? hours(day.missing_seconds, t) : "—") },
    { key: "percent", title: t("coverage.percent"), align: "right", cell: (day) => <span className="tabular">{percent(day.percent)}</span> },
  ];
  if (shown.length === 0) return null;
  return (
    <section aria-labelledby="coverage-days" className="card overflow-hidden">
      <h2 id="coverage-days" className="px-5 pb-2 pt-4 text-std-18B-160">
        {t("coverage.by_day")}
      </h2>
      <DataTable caption={t("coverage.by_day")} columns={columns} rows={shown} rowKey={(day) => day.day} />
    </section>
  );
}

/** "08:00–20:00" in Japan; the end of the day is 24:00. */
export function hoursOf(span: { from: string; until: string }): string {
  const until = clock(span.until);
  return `${clock(span.from)}–${until === "00:00" ? "24:00" : until}`;
}
