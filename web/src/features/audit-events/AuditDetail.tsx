/** One line of the audit trail in full. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { postsQuery } from "../../api/lookups";
import { useMe } from "../../api/session";
import type { AuditEvent } from "../../api/types";
import { Article } from "../../components/Article/Article";
import { CopyButton } from "../../components/CopyButton/CopyButton";
import { DateTime } from "../../components/DateTime/DateTime";
import { Dialog } from "../../components/Dialog/Dialog";
import { Fact, Facts } from "../../components/Facts/Facts";
import { duration } from "../../i18n/civil_time";
import { useI18n } from "../../i18n/language";
import { ActorName, Outcome } from "./AuditTable";

export function AuditDetail({ event, onClose }: { event: AuditEvent; onClose(): void }) {
  const { t, text, word } = useI18n();
  const details = Object.entries(event.detail ?? {});
  return (
    <Dialog title={word("audit.kind", event.kind)} place="side" onClose={onClose}>
      <Facts>
        <Fact name={t("audit.when")}>
          <DateTime at={event.at} seconds />
        </Fact>
        <Fact name={t("audit.who")}>
          <ActorName event={event} />
        </Fact>
        <Fact name={t("audit.what")}>
          {word("audit.kind", event.kind)} <code className="font-mono text-dns-14N-130 text-solid-gray-700">{event.kind}</code>
        </Fact>
        <Fact name={t("audit.outcome")}>
          <Outcome outcome={event.outcome} />
        </Fact>
        {event.article_label && (
          <Fact name={t("article.ground")}>
            <Article of={event} /> {text(event.sentence)}
          </Fact>
        )}
        {event.object && (
          <Fact name={t("audit.object")}>
            {word("audit.object_kind", event.object.kind)}{" "}
            <code className="font-mono break-all text-dns-14N-130">{event.object.id}</code>
            {event.object.kind === "recording" && (
              <Link to="/recordings/$recordingId" params={{ recordingId: event.object.id }} className="link block">
                {t("call.open_recording")}
              </Link>
            )}
          </Fact>
        )}
        <Fact name={t("audit.leaf_hash")}>
          <code className="font-mono break-all text-dns-14N-130">{event.leaf_hash}</code>
          <span className="mt-1 block">
            <CopyButton text={event.leaf_hash} />
          </span>
        </Fact>
      </Facts>
      <h3 className="mb-1 mt-6 text-std-18B-160">{t("audit.detail")}</h3>
      {details.length === 0 ? (
        <p className="text-solid-gray-700">{t("audit.no_detail")}</p>
      ) : (
        <Facts>
          {details.map(([name, value]) => (
            <Fact key={name} name={word("audit.detail_name", name)}>
              <DetailValue name={name} value={value} />
            </Fact>
          ))}
        </Facts>
      )}
    </Dialog>
  );
}

function DetailValue({ name, value }: { name: string; value: unknown }) {
  const { t, text } = useI18n();
  const { purposes } = useMe();
  const posts = useQuery(postsQuery);
  const named = name === "purpose" ? purposes : name === "post" ? posts.data : undefined;
  const known = named?.find((candidate) => candidate.key === value);
  if (known !== undefined) return <>{text(known.name)}</>;
  if (typeof value === "string" && /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(value)) return <DateTime at={value} seconds />;
  if (typeof value === "boolean") return <>{t(value ? "answer.yes" : "answer.no")}</>;
  if (typeof value === "string" || typeof value === "number") return <span className="break-all">{String(value)}</span>;
  if (isRanges(value))
    return (
      <ul className="tabular">
        {value.map(([from, to]) => (
          <li key={from}>
            {duration(from)}–{duration(to)}
          </li>
        ))}
      </ul>
    );
  return <pre className="overflow-x-auto rounded-6 bg-solid-gray-50 p-2 font-mono text-dns-14N-130 leading-5 whitespace-pre-wrap">{JSON.stringify(value, null, 1)}</pre>;
}

function isRanges(value: unknown): value is [number, number][] {
  return Array.isArray(value) && value.length > 0 && value.every((range) => Array.isArray(range) && range.length === 2 && range.every((edge) => typeof edge === "number"));
}
