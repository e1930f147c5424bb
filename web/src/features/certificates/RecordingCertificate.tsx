/** On the page of a recording that is being or was destroyed: the certificate that proves it. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { can, useMe } from "../../api/session";
import type { Recording } from "../../api/types";
import { Article } from "../../components/Article/Article";
import { DateTime } from "../../components/DateTime/DateTime";
import { useI18n } from "../../i18n/language";
import { certificateOfQuery } from "./api";

export function RecordingCertificate({ recording }: { recording: Recording }) {
  const { t, word } = useI18n();
  const gone = recording.state === "destroying" || recording.state === "destroyed";
  const sees = can(useMe(), "report.read") && gone;
  const found = useQuery({ ...certificateOfQuery(recording.id), enabled: sees });
  if (!sees || found.data === undefined) return null;
  return (
    <section aria-labelledby="recording-certificate" className="card px-5 py-4">
      <h2 id="recording-certificate" className="mb-1 text-std-18B-160">
        {t("certificates.of_recording")}
      </h2>
      {found.data === null ? (
        <p>{t("certificates.of_recording_wait")}</p>
      ) : (
        <p>
          <Link to="/certificates/$certificateId" params={{ certificateId: found.data.id }} className="link">
            <DateTime at={found.data.issued_at} />
          </Link>{" "}
          {word("certificates.reason", found.data.reason)} <Article of={found.data} />
        </p>
      )}
    </section>
  );
}
