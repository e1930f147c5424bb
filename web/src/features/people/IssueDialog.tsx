/** Issues an ID (交付): name, ID, department. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { departmentsQuery } from "../../api/lookups";
import { ProblemError } from "../../api/problem";
import type { Person } from "../../api/types";
import { Button } from "../../components/Button/Button";
import { Dialog } from "../../components/Dialog/Dialog";
import { SelectField, TextField } from "../../components/Field/Field";
import { focusFirstError } from "../../components/Field/focus_first_error";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useI18n } from "../../i18n/language";
import { issuePerson } from "./api";
import { Ground } from "./Ground";

export function IssueDialog({ onIssued, onClose }: { onIssued(person: Person, password: string): void; onClose(): void }) {
  const { t, text } = useI18n();
  const form = useId();
  const queries = useQueryClient();
  const departments = useQuery(departmentsQuery);
  const [name, setName] = useState("");
  const [loginId, setLoginId] = useState("");
  const [department, setDepartment] = useState("");
  const [tried, setTried] = useState(false);
  const issue = useMutation({
    mutationFn: () => issuePerson({ login_id: loginId.trim(), display_name: name.trim(), ...(department === "" ? {} : { department }) }),
    onSuccess: async ({ person, initial_password }) => {
      await queries.invalidateQueries({ queryKey: ["people"] });
      onIssued(person, initial_password);
    },
  });
  const idWrong = !/^[A-Za-z0-9._-]{2,64}$/.test(loginId.trim());
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setTried(true);
    if (name.trim() !== "" && !idWrong) issue.mutate();
    else focusFirstError(event.currentTarget);
  };
  const refused = (field: string) => (issue.error instanceof ProblemError ? issue.error.fieldMessage(field) : undefined);

  return (
    <Dialog
      title={t("people.issue_title")}
      onClose={onClose}
      footer={
        <>
          <Button look="text" onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <Button look="solid" type="submit" form={form} disabled={issue.isPending}>
            {t("people.issue_do")}
          </Button>
        </>
      }
    >
      <form id={form} noValidate onSubmit={submit} className="space-y-4">
        <p className="text-solid-gray-800">{t("people.issue_lead")}</p>
        <Ground capability="person.issue" />
        <TextField label={t("people.name")} required maxLength={100} value={name} error={tried && name.trim() === "" ? t("people.name_needed") : refused("display_name")} onChange={(event) => setName(event.target.value)} />
        <TextField
          label={t("sign_in.login_id")}
          support={t("people.login_id_support")}
          required
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={64}
          value={loginId}
          error={tried && idWrong ? t("people.login_id_wrong") : refused("login_id")}
          onChange={(event) => setLoginId(event.target.value)}
        />
        <SelectField label={t("call.department")} optional value={department} onChange={(event) => setDepartment(event.target.value)}>
          <option value="">{t("people.no_department")}</option>
          {departments.data?.map((entry) => (
            <option key={entry.id} value={entry.id}>
              {text(entry.name)}
            </option>
          ))}
        </SelectField>
        {issue.isError && <ProblemBanner error={issue.error} />}
      </form>
    </Dialog>
  );
}
