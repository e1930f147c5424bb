/** What will be erased by the end of a day: how much, under which article, samples; and what is spared because it is held. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { DeletionForecast as Forecast, ForecastCount, ForecastExample } from "../../api/types";
import { Article } from "../../components/Article/Article";
import { Banner } from "../../components/Banner/Banner";
import { type Column, DataTable } from "../../components/DataTable/DataTable";
import { DateTime, LastDay } from "../../components/DateTime/DateTime";
import { Segmented, TextField } from "../../components/Field/Field";
import { Loading } from "../../components/Loading/Loading";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { addDays, civil, longDay } from "../../i18n/civil_time";
import { useI18n } from "../../i18n/language";
import { forecastQuery } from "./api";

interface Props {
  /** The day looked at; today when absent. */
  day?: string | undefined;
  onDay(day: string): void;
}

export function DeletionForecast({ day, onDay }: Props) {
  const { t } = useI18n();
  const today = civil(Date.now()).day;
  const shown = day ?? today;
  const forecast = useQuery(forecastQuery(shown));
  const quick = { [today]: "tonight", [addDays(today, 1)]: "tomorrow", [addDays(today, 7)]: "week" }[shown] ?? "other";
  const days = { tonight: today, tomorrow: addDays(today, 1), week: addDays(today, 7) } as const;
  return (
    <div className="space-y-5">
      <div className="flex flex-wrap items-end gap-x-6 gap-y-3">
        <Segmented
          legend={t("forecast.which_day")}
          name="forecast-day"
          value={quick}
          options={(["tonight", "tomorrow", "week"] as const).map((value) => ({ value: value as string, label: t(`forecast.${value}`) }))}
          onChange={(value) => onDay(days[value as keyof typeof days])}
        />
        <div className="w-52">
          <TextField type="date" label={t("forecast.day")} min={today} max={addDays(today, 3 * 366)} value={shown} onChange={(event) => event.target.value >= today && onDay(event.target.value)} />
        </div>
      </div>
      {forecast.isPending ? <div className="card"><Loading /></div> : forecast.isError ? <ProblemBanner error={forecast.error} onRetry={() => void forecast.refetch()} /> : <Found forecast={forecast.data} />}
    </div>
  );
}

function Found({ forecast }: { forecast: Forecast }) {
  const { t, language } = useI18n();
  const count = (number: number) => number.toLocaleString(language);
  return (
    <>
      <section aria-labelledby="forecast-sum" className="card px-5 py-4">
        <h2 id="forecast-sum" className="text-std-18B-160">
          {t("forecast.title", { day: longDay(forecast.day, language) })}
        </h2>
        <p className="mt-1">
          <strong className="tabular text-std-32B-150">{t("retention.count", { count: count(forecast.recordings) })}</strong>
          {forecast.held > 0 && <span className="ml-4">{t("forecast.spared", { count: count(forecast.held) })}</span>}
        </p>
        <p className="text-dns-14N-130 text-solid-gray-700">
          {t("forecast.may_change")}
        </p>
      </section>
      {forecast.recordings > forecast.usual_limit && (
        <Banner tone="warning" title={t("forecast.guard_title")}>
          {t("forecast.guard", { planned: count(forecast.recordings), limit: count(forecast.usual_limit) })}
        </Banner>
      )}
      {forecast.capacity && forecast.capacity.would_give_way > 0 && <Banner title={t("forecast.capacity", { count: count(forecast.capacity.would_give_way) })}>{t("forecast.capacity_text", { percent: forecast.capacity.gives_way_at_percent })}</Banner>}
      <ByArticle rows={forecast.counts} />
      <Samples title={t("forecast.samples")} rows={forecast.examples} total={forecast.recordings} />
      <Samples title={t("forecast.held_title")} lead={t("forecast.held_lead")} rows={forecast.held_examples} total={forecast.held} />
    </>
  );
}

function ByArticle({ rows }: { rows: ForecastCount[] }) {
  const { t, text, word, language } = useI18n();
  const columns: Column<ForecastCount>[] = [
    { key: "article", title: t("article.ground"), rowHeader: true, cell: (row) => <Article of={row} /> },
    { key: "reason", title: t("forecast.reason"), cell: (row) => <span className="whitespace-nowrap">{word("certificates.reason", row.reason)}</span> },
    { key: "sentence", title: t("forecast.why"), cell: (row) => text(row.sentence) },
    { key: "count", title: t("forecast.recordings"), align: "right", cell: (row) => <span className="tabular">{row.recordings.toLocaleString(language)}</span> },
  ];
  if (rows.length === 0) return <p className="card px-5 py-4">{t("forecast.none")}</p>;
  return (
    <section aria-labelledby="forecast-articles" className="card overflow-hidden">
      <h2 id="forecast-articles" className="px-5 pb-2 pt-4 text-std-18B-160">
        {t("forecast.by_article")}
      </h2>
      <DataTable caption={t("forecast.by_article")} columns={columns} rows={rows} rowKey={(row) => `${row.article} ${row.reason}`} />
    </section>
  );
}

function Samples({ title, lead, rows, total }: { title: string; lead?: string; rows: ForecastExample[]; total: number }) {
  const { t, word, language } = useI18n();
  if (rows.length === 0) return null;
  const columns: Column<ForecastExample>[] = [
    {
      key: "started",
      title: t("retention.call_began"),
      rowHeader: true,
      cell: (row) => (
        <Link to="/recordings/$recordingId" params={{ recordingId: row.recording }} className="link">
          <DateTime at={row.started_at} />
        </Link>
      ),
    },
    { key: "until", title: t("recording.keep_until"), cell: (row) => (row.keep_until ? <LastDay end={row.keep_until} /> : "—") },
    { key: "why", title: t("forecast.reason"), cell: (row) => (row.reason ? word("certificates.reason", row.reason) : t("forecast.holds", { count: row.active_holds })) },
    { key: "article", title: t("article.ground"), cell: (row) => <Article of={row} /> },
  ];
  return (
    <section aria-label={title} className="card overflow-hidden">
      <h2 className="px-5 pt-4 text-std-18B-160">{title}</h2>
      <p className="px-5 pb-2 text-dns-14N-130 text-solid-gray-700">
        {lead} {rows.length < total && t("forecast.some_of", { shown: rows.length, total: total.toLocaleString(language) })}
      </p>
      <DataTable caption={title} columns={columns} rows={rows} rowKey={(row) => row.recording} />
    </section>
  );
}
