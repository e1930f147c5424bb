/** /capture: the notice first, then this device's microphone is recorded. Nobody signs in: the link's token opens it. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type CaptureLink, readCaptureLink } from "../api/capture_link";
import { Loading } from "../components/Loading/Loading";
import { PageHeading } from "../components/PageHeading/PageHeading";
import { ProblemBanner } from "../components/ProblemBanner/ProblemBanner";
import { CaptureDesk } from "../features/capture/CaptureDesk";
import { LinkForm } from "../features/capture/LinkForm";
import { publicNoticeQuery } from "../features/public-notice/api";
import { NoticeCard } from "../features/public-notice/NoticeCard";
import { useI18n } from "../i18n/language";

export function CapturePage() {
  const { t } = useI18n();
  const [link, setLink] = useState<CaptureLink | undefined>(() => readCaptureLink(globalThis.location.hash));
  if (link === undefined)
    return (
      <>
        <PageHeading title={t("capture.title")} />
        <LinkForm onLink={setLink} />
      </>
    );
  return <WithNotice link={link} />;
}

function WithNotice({ link }: { link: CaptureLink }) {
  const { t, text } = useI18n();
  const found = useQuery(publicNoticeQuery(link.tenant));
  const city = found.data === undefined ? undefined : <p className="mb-1 text-std-16B-170 text-solid-gray-700">{text(found.data.name)}</p>;
  return (
    <>
      <PageHeading title={t("capture.title")} lead={t("capture.lead")} above={city} />
      {found.isPending && <Loading rows={3} />}
      {found.isError && <ProblemBanner error={found.error} onRetry={() => void found.refetch()} />}
      {found.data !== undefined && (
        <div className="space-y-5">
          <NoticeCard notice={found.data.notice} titled />
          <CaptureDesk link={link} />
        </div>
      )}
    </>
  );
}
