/** The certificates of what was destroyed, newest first. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { CertificateSummary } from "../../api/types";
import { Article } from "../../components/Article/Article";
import type { Column } from "../../components/DataTable/DataTable";
import { DateTime, Day } from "../../components/DateTime/DateTime";
import { TextField } from "../../components/Field/Field";
import { Empty } from "../../components/Loading/Loading";
import { PagedTable } from "../../components/PagedTable/PagedTable";
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
      <PagedTable
        found={certificates}
        caption={t("certificates.title")}
        columns={columns}
        rowKey={(row) => row.id}
        empty={
          <Empty icon="shield" title={t(within.from === undefined && within.to === undefined ? "certificates.none_yet" : "certificates.none")}>
            {t("certificates.none_hint")}
          </Empty>
        }
      />
    </div>
  );
}
