/** What a connection is: address, networks, security, credential; changed, switched off and on from here. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { linesQuery } from "../../api/lookups";
import type { ConnectionDetail, ConnectionMade, ConnectionRotated } from "../../api/types";
import { Badge } from "../../components/Badge/Badge";
import { Button } from "../../components/Button/Button";
import { CopyButton } from "../../components/CopyButton/CopyButton";
import { DateTime } from "../../components/DateTime/DateTime";
import { ConfirmDialog } from "../../components/Dialog/Dialog";
import { Fact, Facts } from "../../components/Facts/Facts";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useToast } from "../../components/Toasts/Toasts";
import { useI18n } from "../../i18n/language";
import { disableConnection, enableConnection } from "./api";
import { EditDialog } from "./EditDialog";
import { transportOf } from "./networks";
import { RotateDialog } from "./RotateDialog";

type Asking = "edit" | "rotate" | "disable" | undefined;

export function ConnectionSettings({ connection, manage, onMade, onRotated }: { connection: ConnectionDetail; manage: boolean; onMade(made: ConnectionMade): void; onRotated(rotated: ConnectionRotated): void }) {
  const { t, text, word } = useI18n();
  const queries = useQueryClient();
  const toast = useToast();
  const lines = useQuery(linesQuery);
  const [asking, setAsking] = useState<Asking>(undefined);
  const off = connection.state === "disabled";
  const turned = (words: "connections.disabled_done" | "connections.enabled_done") => async () => {
    setAsking(undefined);
    await queries.invalidateQueries({ queryKey: ["connections"] });
    toast(t(words));
  };
  const disable = useMutation({ mutationFn: () => disableConnection(connection.id), onSuccess: turned("connections.disabled_done") });
  const enable = useMutation({ mutationFn: () => enableConnection(connection.id), onSuccess: turned("connections.enabled_done") });
  const line = lines.data?.find((entry) => entry.key === connection.default_line);
  const { security, account, credential } = connection;
  const yes = (is: boolean | undefined) => (is ? t("answer.yes") : t("answer.no"));
  const calledByPbx = connection.kind === "siprec" || connection.kind === "sip";
  return (
    <div className="space-y-5">
      {manage && (
        <div className="flex flex-wrap gap-2">
          <Button onClick={() => setAsking("edit")}>{t("connections.edit")}</Button>
          {(connection.kind === "whip" || (calledByPbx && security.digest_required)) && (
            <Button icon="key" onClick={() => setAsking("rotate")}>
              {t("connections.rotate")}
            </Button>
          )}
          {off ? (
            <Button look="solid" disabled={enable.isPending} onClick={() => enable.mutate()}>
              {t("connections.enable")}
            </Button>
          ) : (
            <Button look="danger-outline" onClick={() => setAsking("disable")}>
              {t("connections.disable")}
            </Button>
          )}
        </div>
      )}
      {enable.isError && <ProblemBanner error={enable.error} />}
      {connection.address.length > 0 && (
        <section aria-labelledby="address">
          <h2 id="address" className="mb-2 text-std-20B-150">
            {t("connections.address")}
          </h2>
          <ul className="card space-y-1.5 px-5 py-3">
            {connection.address.map((address) => (
              <li key={address} className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-8 bg-solid-gray-50 py-1.5 pl-3 pr-2">
                <Badge tone="blue">{transportOf(address)}</Badge>
                <code className="min-w-0 grow font-mono break-all text-mono-16N-150">{address}</code>
                <CopyButton text={address} />
              </li>
            ))}
          </ul>
        </section>
      )}
      <div className="card grid gap-x-8 px-5 py-2 lg:grid-cols-2">
        <Facts>
          <Fact name={t("connections.kind_short")}>{word("connections.kinds", connection.kind)}</Fact>
          <Fact name={t("connections.networks")}>
            {connection.networks.length === 0 ? (
              t("connections.networks_anywhere")
            ) : (
              <ul className="flex flex-wrap gap-x-4 gap-y-1 font-mono">
                {connection.networks.map((network) => (
                  <li key={network}>{network}</li>
                ))}
              </ul>
            )}
          </Fact>
          <Fact name={t("connections.default_line")}>{line ? text(line.name) : (connection.default_line ?? t("connections.no_default_line"))}</Fact>
          {account && (
            <>
              <Fact name={t("connections.registrar_host")}>
                <span className="font-mono">
                  {account.registrar_host}:{account.registrar_port} ({account.transport.toUpperCase()})
                </span>
              </Fact>
              <Fact name={t("connections.username")}>
                <span className="font-mono">{account.username}</span>
              </Fact>
            </>
          )}
        </Facts>
        <Facts>
          {calledByPbx && (
            <>
              <Fact name={t("connections.digest")}>{yes(security.digest_required)}</Fact>
              <Fact name={t("connections.tls")}>{yes(security.transport === "tls")}</Fact>
            </>
          )}
          {connection.kind !== "whip" && (
            <>
              <Fact name={t("connections.srtp")}>{yes(security.media === "srtp_required")}</Fact>
              <Fact name={t("connections.learns")}>{yes(security.learns_source)}</Fact>
            </>
          )}
          {(security.tls_client_sha256 ?? []).length > 0 && (
            <Fact name={t("connections.certificates")}>
              <ul className="space-y-1 font-mono text-dns-14N-130 break-all">
                {security.tls_client_sha256?.map((one) => (
                  <li key={one}>{one}</li>
                ))}
              </ul>
            </Fact>
          )}
          {credential && (
            <Fact name={t("connections.credential")}>
              <DateTime at={credential.created_at} /> {t("connections.credential_made")}
              {credential.previous_until && (
                <span className="block text-solid-gray-800">
                  {t("connections.previous_until_before")} <DateTime at={credential.previous_until} /> {t("connections.previous_until_after")}
                </span>
              )}
            </Fact>
          )}
        </Facts>
      </div>
      {asking === "edit" && <EditDialog connection={connection} onClose={() => setAsking(undefined)} onMade={onMade} />}
      {asking === "rotate" && (
        <RotateDialog
          connection={connection}
          onClose={() => setAsking(undefined)}
          onRotated={(rotated) => {
            setAsking(undefined);
            onRotated(rotated);
          }}
        />
      )}
      {asking === "disable" && (
        <ConfirmDialog
          title={t("connections.disable_title", { name: connection.name })}
          confirm={t("connections.disable")}
          busy={disable.isPending}
          onConfirm={() => disable.mutate()}
          onClose={() => {
            disable.reset();
            setAsking(undefined);
          }}
        >
          <p>{t("connections.disable_text")}</p>
          {disable.isError && <ProblemBanner error={disable.error} className="mt-3" />}
        </ConfirmDialog>
      )}
    </div>
  );
}
