/** /storage: whether what is kept is sound, and the work that keeps it so. */
import { PageHeading } from "../components/PageHeading/PageHeading";
import { JobTable } from "../features/jobs/JobTable";
import { StoppedJobs } from "../features/jobs/StoppedJobs";
import { StorageHealth } from "../features/storage-health/StorageHealth";
import { useI18n } from "../i18n/language";

export function StoragePage() {
  const { t } = useI18n();
  return (
    <>
      <PageHeading title={t("storage.title")} lead={t("storage.lead")} />
      <StoppedJobs />
      <StorageHealth />
      <JobTable />
    </>
  );
}
