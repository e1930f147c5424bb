/** /recordings/$recordingId: one recording. */
import { getRouteApi, Link, useCanGoBack, useRouter } from "@tanstack/react-router";
import { Icon } from "../components/Icon/Icon";
import { RecordingCertificate } from "../features/certificates/RecordingCertificate";
import { RecordingErasures } from "../features/erasures/RecordingErasures";
import { RecordingHolds } from "../features/holds/RecordingHolds";
import { AnnouncementPanel } from "../features/live-calls/AnnouncementPanel";
import { RecordingView } from "../features/recordings/RecordingView";
import { useI18n } from "../i18n/language";

const route = getRouteApi("/signed-in/recordings/$recordingId");

export function RecordingPage() {
  const { t } = useI18n();
  const { recordingId } = route.useParams();
  const router = useRouter();
  const canGoBack = useCanGoBack();
  return (
    <RecordingView
      key={recordingId}
      id={recordingId}
      beside={(recording) => (
        <>
          <RecordingCertificate recording={recording} />
          <RecordingHolds recording={recording} />
          <RecordingErasures recording={recording} />
          <AnnouncementPanel recording={recording} />
        </>
      )}
      above={
        <Link
          to="/recordings"
          className="link mb-2 inline-flex items-center gap-1"
          onClick={(event) => {
            if (!canGoBack || event.metaKey || event.ctrlKey || event.shiftKey) return;
            event.preventDefault();
            router.history.back();
          }}
        >
          <Icon name="back" size={16} />
          {t("recording.back")}
        </Link>
      }
    />
  );
}
