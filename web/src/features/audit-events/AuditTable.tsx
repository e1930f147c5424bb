/** The audit trail: who did what to what, when, and by which article. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { postsQuery } from "../../api/lookups";
import type { AuditEvent } from "../../api/types";
import { Article } from "../../components/Article/Article";
import { Badge } from "../../components/Badge/Badge";
import { Button } from "../../components/Button/Button";
import { type Column, DataTable } from "../../components/DataTable/DataTable";
import { Empty, Loading } from "../../components/Loading/Loading";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { civil, clock, longDay } from "../../i18n/civil_time";
import { useI18n } from "../../i18n/language";
import { AuditDetail } from "./AuditDetail";
import { auditEventsQuery } from "./api";
import type { AuditSearch } from "./audit_search";

export function AuditTable({ search }: { search: AuditSearch }) {
  const { t, text, word, language } = useI18n();
  const events = useInfiniteQuery(auditEventsQuery(search));
  const [open, setOpen] = useState<AuditEvent | undefined>(undefined);
  const rows = events.data?.pages.flatMap((page) => page.items) ?? [];
  const columns: Column<AuditEvent>[] = [
    { key: "at", title: t("call.time"), rowHeader: true, cell: (event) => <time dateTime={event.at} className="tabular whitespace-nowrap">{clock(event.at, true)}</time> },
    { key: "who", title: t("audit.who"), cell: (event) => <ActorName event={event} /> },
    {
      key: "what",
      title: t("audit.what"),
      cell: (event) => (
        <>
          <button type="button" className="link text-left" onClick={() => setOpen(event)}>
            {word("audit.kind", event.kind)}
          </button>
          {event.outcome === "refused" && event.sentence && <span className="block text-dns-14N-130 leading-5 text-solid-gray-700">{text(event.sentence)}</span>}
        </>
      ),
    },
    { key: "object", title: t("audit.object"), cell: (event) => (event.object ? <ObjectName object={event.object} /> : "—") },
    { key: "article", title: t("article.label"), cell: (event) => (event.article_label ? <Article of={event} /> : "—") },
    { key: "outcome", title: t("audit.outcome"), cell: (event) => <Outcome outcome={event.outcome} /> },
  ];
  if (events.isPending) return <div className="card"><Loading rows={8} /></div>;
  if (events.isError) return <ProblemBanner error={events.error} onRetry={() => void events.refetch()} />;
  return (
    <section aria-label={t("audit.title")}>
      <p role="status" className="mb-2">
        {t(events.hasNextPage ? "state.shown_more" : "state.shown_all", { count: rows.length })}
      </p>
      <div className="card overflow-hidden">
        {rows.length === 0 ? (
          <Empty icon="trail" title={t("audit.none")}>
            {t("search.none_hint")}
          </Empty>
        ) : (
          <DataTable caption={t("audit.title")} columns={columns} rows={rows} rowKey={(event) => event.id} group={(event) => ({ key: civil(event.at).day, heading: longDay(event.at, language) })} onRowClick={(event) => setOpen(event)} />
        )}
      </div>
      {events.hasNextPage && (
        <div className="mt-4 text-center">
          <Button size="md" disabled={events.isFetchingNextPage} onClick={() => void events.fetchNextPage()}>
            {events.isFetchingNextPage ? t("state.loading") : t("action.more")}
          </Button>
        </div>
      )}
      {open !== undefined && <AuditDetail event={open} onClose={() => setOpen(undefined)} />}
    </section>
  );
}

export function ActorName({ event }: { event: AuditEvent }) {
  const { t, text } = useI18n();
  const posts = useQuery(postsQuery);
  const nameOf = (key: string) => text(posts.data?.find((post) => post.key === key)?.name) || key;
  return (
    <>
      {event.actor.display_name ?? t("audit.unknown_actor")}
      {event.actor.posts.length > 0 && <span className="block text-dns-14N-130 text-solid-gray-700">{event.actor.posts.map(nameOf).join(t("list.separator"))}</span>}
    </>
  );
}

export function Outcome({ outcome }: { outcome: "done" | "refused" }) {
  const { t } = useI18n();
  return <Badge tone={outcome === "done" ? "green" : "red"}>{t(`audit.outcomes.${outcome}`)}</Badge>;
}

export function ObjectName({ object }: { object: { kind: string; id: string } }) {
  const { word } = useI18n();
  return (
    <>
      {word("audit.object_kind", object.kind)}
      <code className="block font-mono text-dns-14N-130 text-solid-gray-700" title={object.id}>
        {object.id.length > 12 ? `${object.id.slice(0, 4)}…${object.id.slice(-6)}` : object.id}
      </code>
    </>
  );
}
