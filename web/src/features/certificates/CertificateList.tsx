/** The certificates of what was destroyed, newest first. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { CertificateSummary } from "../../api/types";
import { Article } from "../../components/Article/Article";
import { Button } from "../../components/Button/Button";
import { type Column, DataTable } from "../../components/DataTable/DataTable";
import { DateTime, Day } from "../../components/DateTime/DateTime";
import { TextField } from "../../components/Field/Field";
import { Loading } from "../../components/Loading/Loading";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useI18n } from "../../i18n/language";
import { certificatesQuery, type IssuedWithin } from "./api";

export function CertificateList({ within, onWithin }: { within: IssuedWithin; onWithin(within: IssuedWithin): void }) {
  const { t, word } = useI18n();
  const certificates = useInfiniteQuery(certificatesQuery(within));
  const columns: Column<CertificateSummary>[] = [
    {
      key: "issued",
      title: t("certificates.issued_at"),
      rowHeader: true,
      cell: (row) => (
        <Link to="/certificates/$certificateId" params={{ certificateId: row.id }} className="link">
          <DateTime at={row.issued_at} />
        </Link>
      ),
    },
    { key: "day", title: t("certificates.call_day"), cell: (row) => <Day at={row.call_day} /> },
    { key: "reason", title: t("forecast.reason"), cell: (row) => word("certificates.reason", row.reason) },
    { key: "article", title: t("article.ground"), cell: (row) => <Article of={row} /> },
  ];
  const change = (name: keyof IssuedWithin, value: string) => {
    const { [name]: _before, ...rest } = within;
    onWithin(value === "" ? rest : { ...rest, [name]: value });
  };
  const rows = certificates.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className="space-y-4">
      <div className="flex flex-wrap gap-4">
        <div className="w-52">
          <TextField type="date" label={t("certificates.from")} max={within.to} value={within.from ?? ""} onChange={(event) => change("from", event.target.value)} />
        </div>
        <div className="w-52">
          <TextField type="date" label={t("certificates.to")} min={within.from} value={within.to ?? ""} onChange={(event) => change("to", event.target.value)} />
        </div>
      </div>
      <section aria-label={t("certificates.title")} className="card overflow-hidden py-1">
        {certificates.isPending ? (
          <Loading />
        ) : certificates.isError ? (
          <ProblemBanner error={certificates.error} className="m-4" onRetry={() => void certificates.refetch()} />
        ) : rows.length === 0 ? (
          <p className="px-5 py-4">{t("certificates.none")}</p>
        ) : (
          <DataTable caption={t("certificates.title")} columns={columns} rows={rows} rowKey={(row) => row.id} />
        )}
      </section>
      {certificates.hasNextPage && (
        <Button onClick={() => void certificates.fetchNextPage()} disabled={certificates.isFetchingNextPage}>
          {t("action.more")}
        </Button>
      )}
    </div>
  );
}
