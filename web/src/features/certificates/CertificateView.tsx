/** One certificate as a sheet to be read, printed and filed; below it the signed text that proves it. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Certificate } from "../../api/types";
import { Article } from "../../components/Article/Article";
import { Button, buttonClass } from "../../components/Button/Button";
import { CopyButton } from "../../components/CopyButton/CopyButton";
import { type Column, DataTable } from "../../components/DataTable/DataTable";
import { DateTime, Day, LastDay } from "../../components/DateTime/DateTime";
import { Fact, Facts } from "../../components/Facts/Facts";
import { Icon } from "../../components/Icon/Icon";
import { Loading } from "../../components/Loading/Loading";
import { PageHeading } from "../../components/PageHeading/PageHeading";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useI18n } from "../../i18n/language";
import { certificateQuery } from "./api";

export function CertificateView({ id, tenant, above }: { id: string; tenant: string; above: ReactNode }) {
  const { t } = useI18n();
  const certificate = useQuery(certificateQuery(id));
  return (
    <>
      <PageHeading
        title={t("certificates.one")}
        above={<div className="no-print">{above}</div>}
        actions={
          certificate.data && (
            <Button look="outline" onClick={() => globalThis.print()} className="no-print">
              {t("certificates.print")}
            </Button>
          )
        }
      />
      {certificate.isPending ? <div className="card"><Loading /></div> : certificate.isError ? <ProblemBanner error={certificate.error} onRetry={() => void certificate.refetch()} /> : <Sheet certificate={certificate.data} tenant={tenant} />}
    </>
  );
}

function Sheet({ certificate, tenant }: { certificate: Certificate; tenant: string }) {
  const { t, text, word, language } = useI18n();
  const { body } = certificate;
  return (
    <div className="space-y-5">
      <section aria-labelledby="certificate-sheet" className="card px-6 py-5">
        <p className="text-right text-solid-gray-800">{tenant}</p>
        <h2 id="certificate-sheet" className="mb-3 text-std-22B-150">
          {t("certificates.sentence")}
        </h2>
        <Facts>
          <Fact name={t("certificates.recording")}>
            <code className="font-mono">{certificate.recording}</code>
            <Link to="/recordings/$recordingId" params={{ recordingId: certificate.recording }} className="link no-print ml-3">
              {t("certificates.open_recording")}
            </Link>
          </Fact>
          <Fact name={t("certificates.call_day")}>
            <Day at={certificate.call_day} />
          </Fact>
          <Fact name={t("forecast.reason")}>
            {word("certificates.reason", certificate.reason)} <Article of={certificate} />
            <span className="block text-dns-14N-130 text-solid-gray-700">{t("certificates.policy_version", { version: certificate.policy_version })}</span>
          </Fact>
          <Fact name={t("certificates.rule")}>{text(body.rule)}</Fact>
          <Fact name={t("certificates.times")}>
            <ul>
              {(["due", "committed", "keys_erased", "media_erased", "spools_cleared", "checked"] as const).map((step) => {
                const at = body.times[step];
                return (
                  at && (
                    <li key={step}>
                      {t(`certificates.step.${step}`)} <DateTime at={at} seconds />
                    </li>
                  )
                );
              })}
            </ul>
          </Fact>
          <Fact name={t("certificates.issued_at")}>
            <DateTime at={certificate.issued_at} seconds />
          </Fact>
          <Fact name={t("certificates.post_check")}>
            <ul>
              <Check good={body.post_check.key_versions + body.post_check.media_versions === 0}>{t("certificates.left", { count: body.post_check.key_versions + body.post_check.media_versions })}</Check>
              <Check good={!body.post_check.unwrap_possible}>{t(body.post_check.unwrap_possible ? "certificates.unwrap_possible" : "certificates.unwrap_impossible")}</Check>
            </ul>
          </Fact>
          <Fact name={t("certificates.elsewhere")}>
            <ul>
              {(["spool", "caches", "derived", "copies"] as const).map((place) => (
                <li key={place}>
                  {t(`certificates.place.${place}`)}: {text(body.elsewhere[place])}
                </li>
              ))}
            </ul>
          </Fact>
          <Fact name={t("certificates.kept")}>
            <ul>
              {body.kept.map((kept) => (
                <li key={kept.what.ja}>
                  {text(kept.what)} {kept.until ? <>({t("certificates.kept_until")} <LastDay end={kept.until} />)</> : `(${t("certificates.kept_always")})`}
                </li>
              ))}
            </ul>
          </Fact>
        </Facts>
      </section>
      <Objects certificate={certificate} />
      <div className="card px-5 py-4">
        <div className="mb-2 flex flex-wrap items-center justify-between gap-3">
          <h2 className="text-std-18B-160">
            {t("certificates.note")}
          </h2>
          <span className="no-print flex flex-wrap gap-2">
            <CopyButton text={certificate.note} label={t("certificates.copy")} size="sm" />
            <a className={buttonClass()} href={`/v1/certificates/${certificate.id}/text`} download>
              <Icon name="download" />
              {t("certificates.save")}
            </a>
          </span>
        </div>
        <p className="mb-2 text-dns-14N-130 text-solid-gray-800">{t("certificates.note_lead")}</p>
        <pre className="whitespace-pre-wrap break-all rounded-8 bg-solid-gray-50 p-3 font-mono text-mono-14N-150">
          {certificate.note}
        </pre>
        <p lang={language} className="mt-2 text-dns-14N-130 break-all text-solid-gray-700">
          SHA-256 <code className="font-mono">{certificate.note_sha256}</code>
        </p>
      </div>
    </div>
  );
}

function Check({ good, children }: { good: boolean; children: ReactNode }) {
  return (
    <li className="flex items-start gap-1.5">
      <Icon name={good ? "check" : "warning"} size={16} className={good ? "mt-1 text-success-2" : "mt-1 text-error-1"} />
      {children}
    </li>
  );
}

function Objects({ certificate }: { certificate: Certificate }) {
  const { t, word, language } = useI18n();
  const columns: Column<Certificate["body"]["erased"][number]>[] = [
    { key: "bucket", title: t("certificates.bucket"), rowHeader: true, cell: (row) => <span className="whitespace-nowrap">{word("storage.bucket", row.bucket)}</span> },
    { key: "key", title: t("certificates.object"), cell: (row) => <code className="font-mono text-mono-14N-150 break-all">{row.key}</code> },
    { key: "version", title: t("certificates.version"), cell: (row) => <code className="font-mono text-mono-14N-150 break-all">{row.version}</code> },
    { key: "bytes", title: t("certificates.octets"), align: "right", cell: (row) => <span className="tabular whitespace-nowrap">{row.bytes.toLocaleString(language)}</span> },
  ];
  return (
    <section aria-labelledby="certificate-objects" className="card overflow-hidden">
      <h2 id="certificate-objects" className="px-5 pb-2 pt-4 text-std-18B-160">
        {t("certificates.objects", { count: certificate.body.erased.length })}
      </h2>
      <DataTable caption={t("certificates.objects", { count: certificate.body.erased.length })} columns={columns} rows={certificate.body.erased} rowKey={(row) => `${row.bucket} ${row.key} ${row.version}`} />
    </section>
  );
}
