/** Narrows the audit trail: when, who, what. */
import { type FormEvent, useEffect, useState } from "react";
import { Button } from "../../components/Button/Button";
import { SelectField, TextField } from "../../components/Field/Field";
import { useI18n } from "../../i18n/language";
import { type AuditSearch, GROUPS, readAuditSearch } from "./audit_search";

export function AuditForm({ search, people, onSearch }: { search: AuditSearch; people: { id: string; display_name: string }[]; onSearch(search: AuditSearch): void }) {
  const { t, word } = useI18n();
  const [draft, setDraft] = useState(search);
  useEffect(() => setDraft(search), [search]);
  const set = (change: AuditSearch) => setDraft((now) => ({ ...now, ...change }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSearch(readAuditSearch({ ...draft }));
  };
  return (
    <form role="search" aria-label={t("audit.search")} onSubmit={submit} className="card no-print mb-5 grid items-end gap-3 p-4 sm:grid-cols-2 sm:p-5 lg:grid-cols-[11rem_11rem_minmax(0,1fr)_minmax(0,1fr)_auto]">
      <TextField type="date" label={t("search.from_day")} value={draft.from ?? ""} onChange={(event) => set({ from: event.target.value })} />
      <TextField type="date" label={t("search.to_day")} value={draft.to ?? ""} onChange={(event) => set({ to: event.target.value })} />
      <SelectField label={t("audit.who")} value={draft.actor ?? ""} onChange={(event) => set({ actor: event.target.value })}>
        <option value="">{t("audit.everybody")}</option>
        {people.map((person) => (
          <option key={person.id} value={person.id}>
            {person.display_name}
          </option>
        ))}
      </SelectField>
      <SelectField label={t("audit.what")} value={draft.kind ?? ""} onChange={(event) => set({ kind: event.target.value })}>
        <option value="">{t("audit.everything")}</option>
        {GROUPS.map((group) => (
          <option key={group} value={group}>
            {word("audit.group", group)}
          </option>
        ))}
      </SelectField>
      <div className="flex gap-2">
        <Button type="submit" look="solid" icon="search" className="h-11">
          {t("action.search")}
        </Button>
        {Object.keys(search).length > 0 && (
          <Button look="text" className="h-11" onClick={() => onSearch({})}>
            {t("search.clear")}
          </Button>
        )}
      </div>
    </form>
  );
}
