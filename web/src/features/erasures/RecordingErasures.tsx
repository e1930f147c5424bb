/** On a recording's page: the requests for its erasure, and entering one. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { can, useMe } from "../../api/session";
import type { Recording } from "../../api/types";
import { Button } from "../../components/Button/Button";
import { Day } from "../../components/DateTime/DateTime";
import { useI18n } from "../../i18n/language";
import { AskDialog } from "./AskDialog";
import { erasuresOfQuery } from "./api";
import { ErasureBadge } from "./ErasureBadge";
import { civilDay } from "./ErasureList";

const SEALED = ["primary", "secondary", "due", "quarantined"];

export function RecordingErasures({ recording }: { recording: Recording }) {
  const { t } = useI18n();
  const me = useMe();
  const found = useQuery(erasuresOfQuery(recording.id));
  const [asking, setAsking] = useState(false);
  const items = found.data?.items ?? [];
  const open = items.some((erasure) => erasure.state === "asked" || erasure.state === "approved");
  const enters = (can(me, "application.submit") || can(me, "erasure.decide")) && SEALED.includes(recording.state) && !open;
  if (found.data === undefined || (items.length === 0 && !enters)) return null;
  return (
    <section aria-labelledby="recording-erasures" className="card px-5 py-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h2 id="recording-erasures" className="text-std-18B-160">
          {t("erasures.title")}
        </h2>
        {enters && <Button onClick={() => setAsking(true)}>{t("erasures.ask")}</Button>}
      </div>
      {items.length > 0 && (
        <ul className="mt-2 divide-y divide-line">
          {items.map((erasure) => (
            <li key={erasure.id} className="flex flex-wrap items-center gap-2 py-2">
              <Link to="/erasures/$erasureId" params={{ erasureId: erasure.id }} className="link">
                {erasure.requester}
              </Link>
              <Day at={civilDay(erasure.applied_on)} />
              <ErasureBadge erasure={erasure} />
            </li>
          ))}
        </ul>
      )}
      {asking && <AskDialog recording={recording.id} rules={found.data.rules} onClose={() => setAsking(false)} />}
    </section>
  );
}
