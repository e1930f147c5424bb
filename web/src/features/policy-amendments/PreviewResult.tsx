/** What an amended document would change on its day: how much goes that would stay otherwise, which periods become shorter, samples. */
import { Link } from "@tanstack/react-router";
import type { AmendmentPreview } from "../../api/types";
import { Article } from "../../components/Article/Article";
import { Banner } from "../../components/Banner/Banner";
import { type Column, DataTable } from "../../components/DataTable/DataTable";
import { DateTime, Day, LastDay } from "../../components/DateTime/DateTime";
import { Fact, Facts } from "../../components/Facts/Facts";
import { useI18n } from "../../i18n/language";

export function PreviewResult({ preview }: { preview: AmendmentPreview }) {
  const { t, word, language } = useI18n();
  const count = (number: number) => t("retention.count", { count: number.toLocaleString(language) });
  const shortens = preview.shortened.length > 0;
  const columns: Column<AmendmentPreview["examples"][number]>[] = [
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
    { key: "before", title: t("amendments.before"), cell: (row) => (row.keep_until ? <LastDay end={row.keep_until} /> : t("recording.no_end")) },
    { key: "article", title: t("article.ground"), cell: (row) => <Article of={row} /> },
  ];
  return (
    <section aria-label={t("amendments.preview_title")} className="space-y-3">
      <Banner tone={shortens ? "warning" : "note"} live title={preview.more + preview.fewer === 0 ? t("amendments.nothing_changes") : t("amendments.changes", { more: preview.more.toLocaleString(language), fewer: preview.fewer.toLocaleString(language) })}>
        <p>
          {t(shortens ? "amendments.two_and_delay" : "amendments.two")} {t("amendments.earliest")} <Day at={preview.earliest_day} />
        </p>
        {shortens && <p>{t("amendments.promised")}</p>}
      </Banner>
      <Facts>
        <Fact name={t("amendments.effective_from")}>
          <Day at={preview.effective_from} />
        </Fact>
        {shortens && <Fact name={t("amendments.shortened")}>{preview.shortened.map((kind) => word("retention.kind", kind)).join(language === "en" ? ", " : "、")}</Fact>}
        <Fact name={t("amendments.erased_by")}>
          {t("amendments.before")} {count(preview.destroyed_before)} → {t("amendments.after")} <strong>{count(preview.destroyed_after)}</strong>
          <span className="block text-dns-14N-130 text-solid-gray-700">
            {t("amendments.counted_by")} <Day at={preview.day} />
            {" · "}
            {t(preview.complete ? "amendments.looked_at_all" : "amendments.looked_at", { count: preview.looked_at.toLocaleString(language) })}
          </span>
        </Fact>
      </Facts>
      {preview.examples.length > 0 && (
        <>
          <h3 className="text-std-16B-170">{t("amendments.samples")}</h3>
          <DataTable caption={t("amendments.samples")} columns={columns} rows={preview.examples} rowKey={(row) => row.recording} />
        </>
      )}
    </section>
  );
}
