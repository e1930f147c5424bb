/** Work that stopped because it would destroy far more than usual: it waits for a person's word. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { can, useMe } from "../../api/session";
import type { Job } from "../../api/types";
import { Banner } from "../../components/Banner/Banner";
import { Button } from "../../components/Button/Button";
import { useI18n } from "../../i18n/language";
import { jobsQuery, MAY_RELEASE } from "./api";
import { figure } from "./figures";
import { ReleaseDialog } from "./ReleaseDialog";

export function StoppedJobs() {
  const { t, text, language } = useI18n();
  const me = useMe();
  const jobs = useQuery(jobsQuery);
  const [releasing, setReleasing] = useState<Job>();
  const count = (number: number) => number.toLocaleString(language);
  return (
    <>
      {jobs.data
        ?.filter((job) => job.state === "stopped")
        .map((job) => (
          <Banner key={job.id} tone="warning" className="mb-5" title={t("jobs.stopped_title", { kind: text(job.name) })}>
            <p>{t("jobs.stopped", { planned: count(figure(job, "planned") ?? 0), limit: count(figure(job, "limit") ?? 0) })}</p>
            {can(me, MAY_RELEASE) ? (
              <Button look="solid" className="mt-2" onClick={() => setReleasing(job)}>
                {t("jobs.release")}
              </Button>
            ) : (
              <p>{t("jobs.release_by_others")}</p>
            )}
          </Banner>
        ))}
      {releasing && <ReleaseDialog job={releasing} onClose={() => setReleasing(undefined)} />}
    </>
  );
}
