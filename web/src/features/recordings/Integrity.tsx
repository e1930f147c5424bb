/** What proves that the audio is as it was recorded: the digest of each sealed segment. */
import type { Recording } from "../../api/types";
import { Badge } from "../../components/Badge/Badge";
import { CopyButton } from "../../components/CopyButton/CopyButton";
import { DateTime } from "../../components/DateTime/DateTime";
import { duration } from "../../i18n/civil_time";
import { useI18n } from "../../i18n/language";

export function Integrity({ recording }: { recording: Recording }) {
  const { t, language } = useI18n();
  const gone = recording.state === "destroying" || recording.state === "destroyed";
  const kilobytes = (octets: number) => new Intl.NumberFormat(language, { maximumFractionDigits: 0 }).format(octets / 1024);
  return (
    <section aria-labelledby="integrity" className="card px-5 py-4">
      <div className="mb-1 flex flex-wrap items-center justify-between gap-2">
        <h2 id="integrity" className="text-std-18B-160">
          {t("integrity.title")}
        </h2>
        {recording.integrity.sealed ? (
          <Badge tone="green" icon="shield">
            {t("integrity.sealed")}
          </Badge>
        ) : (
          <Badge tone="yellow">{t("integrity.open")}</Badge>
        )}
      </div>
      <p className="text-dns-16N-130 leading-relaxed text-solid-gray-800">{t(gone ? "integrity.lead_gone" : "integrity.lead")}</p>
      <ol className="mt-2 divide-y divide-line">
        {recording.segments.map((segment) => (
          <li key={segment.number} className="py-3">
            <div className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1">
              <p className="text-dns-16B-130">
                {t("integrity.segment", { number: segment.number + 1 })}
                <span className="tabular ml-2 font-normal text-solid-gray-800">
                  {duration(segment.start_seconds)}–{duration(segment.start_seconds + segment.seconds)}
                </span>
              </p>
              <CopyButton text={segment.media_sha256} label={t("integrity.copy")} />
            </div>
            <p className="mt-1 text-dns-14N-130 text-solid-gray-700">
              {segment.sealed_at ? (
                <>
                  {t("integrity.sealed_at")} <DateTime at={segment.sealed_at} seconds /> ·{" "}
                </>
              ) : null} {segment.codec.toUpperCase()} · {kilobytes(segment.media_bytes)} KiB
            </p>
            <p className="mt-1 text-dns-14N-130">
              <span className="sr-only">{recording.integrity.algorithm} </span>
              <code className="font-mono break-all text-solid-gray-800">{segment.media_sha256}</code>
            </p>
          </li>
        ))}
      </ol>
      {recording.segments.length === 0 && <p className="text-solid-gray-700">{t("integrity.no_segments")}</p>}
    </section>
  );
}
