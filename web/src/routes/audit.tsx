/** /audit: the audit trail. */
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { can, useMe } from "../api/session";
import { PageHeading } from "../components/PageHeading/PageHeading";
import { AuditForm } from "../features/audit-events/AuditForm";
import { AuditTable } from "../features/audit-events/AuditTable";
import { peopleQuery } from "../features/people/api";
import { useI18n } from "../i18n/language";

const route = getRouteApi("/signed-in/audit");

export function AuditPage() {
  const { t } = useI18n();
  const me = useMe();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const people = useQuery({ ...peopleQuery, enabled: can(me, "person.read") });
  return (
    <>
      <PageHeading title={t("audit.title")} lead={t("audit.lead")} />
      <AuditForm search={search} people={people.data ?? [me.person]} onSearch={(next) => void navigate({ search: next })} />
      <AuditTable search={search} />
    </>
  );
}
