/** The fields of a connection, of whatever kind: for making one and for changing one. */
import { useQuery } from "@tanstack/react-query";
import { linesQuery } from "../../api/lookups";
import { CheckField, SelectField, TextArea, TextField } from "../../components/Field/Field";
import { useI18n } from "../../i18n/language";
import type { Draft } from "./draft";
import { readNetworks } from "./networks";

interface ConnectionFieldsProps {
  draft: Draft;
  /** Wrong fields, once the person tried to send. */
  faults: ReadonlySet<keyof Draft>;
  /** What the server said about a field. */
  refused(field: string): string | undefined;
  /** A password is kept already: leaving the field empty keeps it. */
  knowsPassword?: boolean;
  onChange(part: Partial<Draft>): void;
}

export function ConnectionFields({ draft, faults, refused, knowsPassword = false, onChange }: ConnectionFieldsProps) {
  const { t, text } = useI18n();
  const lines = useQuery(linesQuery);
  const wrong = readNetworks(draft.networks).wrong;
  const networksError = !faults.has("networks") ? refused("networks") : wrong.length > 0 ? t("connections.networks_wrong", { list: wrong.join(", ") }) : t("connections.networks_needed");
  const calledByPbx = draft.kind === "siprec" || draft.kind === "sip";
  const networksSupport = draft.kind === "registration" ? t("connections.networks_support_registration") : draft.kind === "whip" ? t("connections.networks_support_whip") : t("connections.networks_support");
  return (
    <div className="space-y-4">
      <TextField label={t("connections.name")} support={t("connections.name_support")} required maxLength={100} value={draft.name} error={faults.has("name") ? t("connections.name_needed") : refused("name")} onChange={(event) => onChange({ name: event.target.value })} />
      {draft.kind === "registration" && (
        <fieldset className="space-y-4 rounded-8 border border-line px-4 py-3">
          <legend className="px-1 text-dns-16B-130">{t("connections.account")}</legend>
          <div className="grid gap-4 sm:grid-cols-[minmax(0,1fr)_7rem_7rem]">
            <TextField label={t("connections.registrar_host")} required spellCheck={false} value={draft.registrarHost} error={faults.has("registrarHost") ? t("connections.needed") : refused("account.registrar_host")} onChange={(event) => onChange({ registrarHost: event.target.value })} />
            <SelectField label={t("connections.registrar_transport")} value={draft.registrarTransport} onChange={(event) => onChange({ registrarTransport: event.target.value as Draft["registrarTransport"] })}>
              <option value="udp">UDP</option>
              <option value="tcp">TCP</option>
              <option value="tls">TLS</option>
            </SelectField>
            <TextField label={t("connections.registrar_port")} inputMode="numeric" placeholder={draft.registrarTransport === "tls" ? "5061" : "5060"} value={draft.registrarPort} error={faults.has("registrarPort") ? t("connections.port_wrong") : refused("account.registrar_port")} onChange={(event) => onChange({ registrarPort: event.target.value })} />
          </div>
          <div className="grid gap-4 sm:grid-cols-2">
            <TextField label={t("connections.username")} support={t("connections.username_support")} required spellCheck={false} autoComplete="off" value={draft.username} error={faults.has("username") ? t("connections.needed") : refused("account.username")} onChange={(event) => onChange({ username: event.target.value })} />
            <TextField label={t("connections.password")} support={knowsPassword ? t("connections.password_kept") : t("connections.password_support")} required={!knowsPassword} type="password" autoComplete="new-password" value={draft.password} error={faults.has("password") ? t("connections.needed") : refused("account.password")} onChange={(event) => onChange({ password: event.target.value })} />
            <TextField label={t("connections.auth_username")} optional spellCheck={false} autoComplete="off" value={draft.authUsername} error={refused("account.auth_username")} onChange={(event) => onChange({ authUsername: event.target.value })} />
            <TextField label={t("connections.domain")} optional spellCheck={false} value={draft.domain} error={refused("account.domain")} onChange={(event) => onChange({ domain: event.target.value })} />
          </div>
        </fieldset>
      )}
      <TextArea label={t("connections.networks")} support={networksSupport} required={draft.kind !== "whip"} optional={draft.kind === "whip"} rows={3} spellCheck={false} className="font-mono" value={draft.networks} error={networksError} onChange={(event) => onChange({ networks: event.target.value })} />
      <SelectField label={t("connections.default_line")} support={t("connections.default_line_support")} optional value={draft.line} error={refused("default_line")} onChange={(event) => onChange({ line: event.target.value })}>
        <option value="">{t("connections.no_default_line")}</option>
        {lines.data?.map((entry) => (
          <option key={entry.key} value={entry.key}>
            {text(entry.name)}
          </option>
        ))}
      </SelectField>
      {draft.kind !== "whip" && (
        <fieldset className="space-y-3 rounded-8 border border-line px-4 py-3">
          <legend className="px-1 text-dns-16B-130">{t("connections.security")}</legend>
          {calledByPbx && (
            <>
              <CheckField label={t("connections.digest")} support={t("connections.digest_support")} checked={draft.digest} error={refused("security.digest_required")} onChange={(event) => onChange({ digest: event.target.checked })} />
              <CheckField label={t("connections.tls")} support={t("connections.tls_support")} checked={draft.tls} error={refused("security.transport")} onChange={(event) => onChange({ tls: event.target.checked })} />
              {draft.tls && (
                <TextArea label={t("connections.certificates")} support={t("connections.certificates_support")} optional rows={2} spellCheck={false} className="font-mono" value={draft.certificates} error={refused("security.tls_client_sha256")} onChange={(event) => onChange({ certificates: event.target.value })} />
              )}
            </>
          )}
          <CheckField label={t("connections.srtp")} support={t("connections.srtp_support")} checked={draft.srtp} error={refused("security.media")} onChange={(event) => onChange({ srtp: event.target.checked })} />
          <CheckField label={t("connections.learns")} support={t("connections.learns_support")} checked={draft.learns} onChange={(event) => onChange({ learns: event.target.checked })} />
        </fieldset>
      )}
    </div>
  );
}
