/** /connections: every way in, and how each stands. */
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { can, useMe } from "../api/session";
import type { ConnectionMade } from "../api/types";
import { Button } from "../components/Button/Button";
import { PageHeading } from "../components/PageHeading/PageHeading";
import { ConnectDialog } from "../features/connections/ConnectDialog";
import { ConnectionList } from "../features/connections/ConnectionList";
import { SecretOnce } from "../features/connections/SecretOnce";
import { useI18n } from "../i18n/language";

const route = getRouteApi("/signed-in/connections");

export function ConnectionsPage() {
  const { t } = useI18n();
  const me = useMe();
  const navigate = route.useNavigate();
  const [connecting, setConnecting] = useState(false);
  const [made, setMade] = useState<ConnectionMade | undefined>(undefined);
  const open = (connectionId: string, tab?: "test") => void navigate({ to: "/connections/$connectionId", params: { connectionId }, search: tab === undefined ? {} : { tab } });
  return (
    <>
      <PageHeading
        title={t("connections.title")}
        lead={t("connections.lead")}
        actions={
          can(me, "connection.manage") && (
            <Button look="solid" icon="plus" onClick={() => setConnecting(true)}>
              {t("connections.connect")}
            </Button>
          )
        }
      />
      <ConnectionList onOpen={open} />
      {connecting && (
        <ConnectDialog
          onClose={() => setConnecting(false)}
          onMade={(connection) => {
            setConnecting(false);
            setMade(connection);
          }}
        />
      )}
      {made !== undefined && <SecretOnce title={t("connections.made_title", { name: made.name })} address={made.address} secret={made.secret ?? undefined} onClose={() => open(made.id, "test")} />}
    </>
  );
}
