/** /live: the calls that go on, and recording by hand. */
import { PageHeading } from "../components/PageHeading/PageHeading";
import { LiveCallList } from "../features/live-calls/LiveCallList";
import { useI18n } from "../i18n/language";

export function LiveCallsPage() {
  const { t } = useI18n();
  return (
    <>
      <PageHeading title={t("live.title")} lead={t("live.lead")} />
      <LiveCallList />
    </>
  );
}
