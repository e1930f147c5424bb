/** /connections/$connectionId: how one connection stands, its test, its settings, and what to enter on the PBX. */
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { can, useMe } from "../api/session";
import type { ConnectionSecret } from "../api/types";
import { Icon } from "../components/Icon/Icon";
import { Loading } from "../components/Loading/Loading";
import { PageHeading } from "../components/PageHeading/PageHeading";
import { ProblemBanner } from "../components/ProblemBanner/ProblemBanner";
import { Tabs } from "../components/Tabs/Tabs";
import { connectionQuery } from "../features/connections/api";
import { ConnectionGuide } from "../features/connections/ConnectionGuide";
import { ConnectionHealth } from "../features/connections/ConnectionHealth";
import { ConnectionSettings } from "../features/connections/ConnectionSettings";
import { ConnectionTest } from "../features/connections/ConnectionTest";
import { SecretOnce } from "../features/connections/SecretOnce";
import { StandingBadge } from "../features/connections/StandingBadge";
import { useI18n } from "../i18n/language";

const route = getRouteApi("/signed-in/connections/$connectionId");

export function ConnectionPage() {
  const { t, word } = useI18n();
  const me = useMe();
  const { connectionId } = route.useParams();
  const { tab = "health" } = route.useSearch();
  const navigate = route.useNavigate();
  const found = useQuery(connectionQuery(connectionId));
  const [secret, setSecret] = useState<{ secret: ConnectionSecret; previousUntil?: string | undefined } | undefined>(undefined);
  const above = (
    <Link to="/connections" className="link mb-2 inline-flex items-center gap-1">
      <Icon name="back" size={16} />
      {t("connections.back")}
    </Link>
  );
  if (found.isPending)
    return (
      <>
        <PageHeading title={t("connections.title")} above={above} />
        <div className="card">
          <Loading />
        </div>
      </>
    );
  if (found.isError)
    return (
      <>
        <PageHeading title={t("connections.title")} above={above} />
        <ProblemBanner error={found.error} onRetry={() => void found.refetch()} />
      </>
    );
  const connection = found.data;
  const manage = can(me, "connection.manage");
  return (
    <>
      <PageHeading
        title={connection.name}
        above={above}
        lead={
          <span className="flex flex-wrap items-center gap-3">
            {word("connections.kinds", connection.kind)}
            <StandingBadge standing={connection.standing} />
          </span>
        }
      />
      <Tabs
        label={connection.name}
        value={tab}
        tabs={[
          { value: "health", label: t("connections.tab_health") },
          { value: "test", label: t("connections.tab_test") },
          { value: "settings", label: t("connections.tab_settings") },
          { value: "guide", label: t("connections.tab_guide") },
        ]}
        onChange={(next) => void navigate({ search: next === "health" ? {} : { tab: next } })}
      >
        {tab === "health" && <ConnectionHealth id={connection.id} />}
        {tab === "test" && <ConnectionTest key={connection.id} connection={connection} manage={manage} />}
        {tab === "settings" && (
          <ConnectionSettings
            connection={connection}
            manage={manage}
            onMade={(made) => {
              if (made.secret) setSecret({ secret: made.secret });
            }}
            onRotated={(rotated) => setSecret({ secret: rotated.secret, previousUntil: rotated.previous_until ?? undefined })}
          />
        )}
        {tab === "guide" && <ConnectionGuide connection={connection} />}
      </Tabs>
      {secret !== undefined && <SecretOnce title={t("connections.secret_title", { name: connection.name })} address={connection.address} secret={secret.secret} previousUntil={secret.previousUntil} onClose={() => setSecret(undefined)} />}
    </>
  );
}
