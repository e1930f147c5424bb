/** /connections: where to point the PBX, and whether it speaks to us. */
import { useState } from "react";
import { can, useMe } from "../api/session";
import { Button } from "../components/Button/Button";
import { PageHeading } from "../components/PageHeading/PageHeading";
import { ConnectDialog } from "../features/connections/ConnectDialog";
import { ConnectionList } from "../features/connections/ConnectionList";
import { SiprecHowTo } from "../features/connections/SiprecHowTo";
import { useI18n } from "../i18n/language";

export function ConnectionsPage() {
  const { t } = useI18n();
  const me = useMe();
  const [connecting, setConnecting] = useState(false);
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
      <ConnectionList />
      <SiprecHowTo />
      {connecting && <ConnectDialog onClose={() => setConnecting(false)} />}
    </>
  );
}
