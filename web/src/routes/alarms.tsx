/** /alarms: what is wrong now, the recorders, what is expected of each connection. */
import { PageHeading } from "../components/PageHeading/PageHeading";
import { AlarmList } from "../features/alarms/AlarmList";
import { Expectations } from "../features/alarms/Expectations";
import { WorkerTable } from "../features/alarms/WorkerTable";
import { useI18n } from "../i18n/language";

export function AlarmsPage() {
  const { t } = useI18n();
  return (
    <>
      <PageHeading title={t("alarms.title")} lead={t("alarms.lead")} />
      <AlarmList />
      <WorkerTable />
      <Expectations />
    </>
  );
}
