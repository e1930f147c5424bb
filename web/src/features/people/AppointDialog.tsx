/** Appoints a person to a post: the post's article is named before the decision is made. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { departmentsQuery, postsQuery } from "../../api/lookups";
import { ProblemError } from "../../api/problem";
import type { Person } from "../../api/types";
import { Article } from "../../components/Article/Article";
import { Button } from "../../components/Button/Button";
import { Dialog } from "../../components/Dialog/Dialog";
import { SelectField, TextField } from "../../components/Field/Field";
import { focusFirstError } from "../../components/Field/focus_first_error";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useToast } from "../../components/Toasts/Toasts";
import { addDays, dayStart } from "../../i18n/civil_time";
import { useI18n } from "../../i18n/language";
import { appoint } from "./api";

export function AppointDialog({ person, onClose }: { person: Person; onClose(): void }) {
  const { t, text, word } = useI18n();
  const form = useId();
  const toast = useToast();
  const queries = useQueryClient();
  const posts = useQuery(postsQuery);
  const departments = useQuery(departmentsQuery);
  const [postKey, setPostKey] = useState("");
  const [department, setDepartment] = useState(person.department?.id ?? "");
  const [fromDay, setFromDay] = useState("");
  const [untilDay, setUntilDay] = useState("");
  const [trainedOn, setTrainedOn] = useState("");
  const [tried, setTried] = useState(false);
  const open = posts.data?.filter((post) => post.appointable) ?? [];
  const post = open.find((candidate) => candidate.key === postKey);
  const save = useMutation({
    mutationFn: () =>
      appoint(person.id, {
        post: postKey,
        ...(post?.scope === "department" && department !== "" ? { department } : {}),
        ...(fromDay === "" ? {} : { from: dayStart(fromDay) }),
        ...(untilDay === "" ? {} : { until: dayStart(addDays(untilDay, 1)) }),
        ...(trainedOn === "" ? {} : { trained_on: trainedOn }),
      }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["people"] });
      toast(t("people.appointed"));
      onClose();
    },
  });
  const departmentMissing = post?.scope === "department" && department === "";
  const refused = (field: string) => (save.error instanceof ProblemError ? save.error.fieldMessage(field) : undefined);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setTried(true);
    if (post !== undefined && !departmentMissing) save.mutate();
    else focusFirstError(event.currentTarget);
  };

  return (
    <Dialog
      title={t("people.appoint_title", { name: person.display_name })}
      onClose={onClose}
      footer={
        <>
          <Button look="text" onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <Button look="solid" type="submit" form={form} disabled={save.isPending}>
            {t("people.appoint_do")}
          </Button>
        </>
      }
    >
      <form id={form} noValidate onSubmit={submit} className="space-y-4">
        <SelectField label={t("people.post")} required value={postKey} error={tried && post === undefined ? t("people.post_needed") : refused("post")} onChange={(event) => setPostKey(event.target.value)}>
          <option value="">{t("form.choose")}</option>
          {open.map((candidate) => (
            <option key={candidate.key} value={candidate.key}>
              {text(candidate.name)}({candidate.article_label})
            </option>
          ))}
        </SelectField>
        {post !== undefined && (
          <div className="rounded-8 bg-blue-50 px-4 py-3 text-dns-16N-130 leading-relaxed">
            <p>
              {t("people.post_rests_on")} <Article of={post} />
            </p>
            <p className="mt-1 text-solid-gray-800">{t("people.post_may", { list: post.capabilities.map((capability) => word("capability", capability)).join(t("list.separator")) })}</p>
          </div>
        )}
        {post?.scope === "department" && (
          <SelectField label={t("call.department")} required value={department} error={tried && departmentMissing ? t("people.department_needed") : refused("department")} onChange={(event) => setDepartment(event.target.value)}>
            <option value="">{t("form.choose")}</option>
            {departments.data?.map((entry) => (
              <option key={entry.id} value={entry.id}>
                {text(entry.name)}
              </option>
            ))}
          </SelectField>
        )}
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField type="date" label={t("people.from_day")} optional support={t("people.from_support")} value={fromDay} error={refused("from")} onChange={(event) => setFromDay(event.target.value)} />
          <TextField type="date" label={t("people.until_day")} optional support={t("people.until_support")} value={untilDay} error={refused("until")} onChange={(event) => setUntilDay(event.target.value)} />
        </div>
        <TextField type="date" label={t("people.trained_on")} optional support={t("people.trained_support")} value={trainedOn} error={refused("trained_on")} onChange={(event) => setTrainedOn(event.target.value)} />
        {save.isError && <ProblemBanner error={save.error} />}
      </form>
    </Dialog>
  );
}
