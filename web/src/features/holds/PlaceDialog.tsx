/** Places a preservation hold on one recording, or on all that a search finds: the number is shown first. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { ProblemError } from "../../api/problem";
import type { HoldRules, SelectionQuery } from "../../api/types";
import { Article } from "../../components/Article/Article";
import { Banner } from "../../components/Banner/Banner";
import { Button } from "../../components/Button/Button";
import { Dialog } from "../../components/Dialog/Dialog";
import { SelectField, TextArea, TextField } from "../../components/Field/Field";
import { focusFirstError } from "../../components/Field/focus_first_error";
import { Loading } from "../../components/Loading/Loading";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useToast } from "../../components/Toasts/Toasts";
import { addDays, civil } from "../../i18n/civil_time";
import { useI18n } from "../../i18n/language";
import { holdRulesQuery, placeHold, selectionQuery } from "./api";

type On = { recording: string } | { search: SelectionQuery };

export function PlaceDialog({ on, onClose }: { on: On; onClose(): void }) {
  const { t } = useI18n();
  const rules = useQuery(holdRulesQuery);
  const form = useId();
  const [recordings, setRecordings] = useState<string[] | undefined>("recording" in on ? [on.recording] : undefined);
  const [busy, setBusy] = useState(false);
  const may = rules.data?.may_place;
  return (
    <Dialog
      wide
      title={t("holds.place_title")}
      onClose={onClose}
      closable={!busy}
      footer={
        <>
          <Button look="text" onClick={onClose} disabled={busy}>
            {t("action.cancel")}
          </Button>
          <Button look="solid" icon="lock" type="submit" form={form} disabled={busy || rules.data === undefined || recordings === undefined || may?.allowed !== true}>
            {recordings !== undefined && recordings.length > 1 ? t("holds.place_do_many", { count: recordings.length }) : t("holds.place_do")}
          </Button>
        </>
      }
    >
      {rules.isPending && <Loading rows={4} />}
      {rules.isError && <ProblemBanner error={rules.error} onRetry={() => void rules.refetch()} />}
      {rules.data !== undefined && (
        <div className="space-y-4">
          {"search" in on && <Counted query={on.search} onCounted={setRecordings} />}
          {recordings !== undefined && <PlaceForm id={form} rules={rules.data} recordings={recordings} onBusy={setBusy} onClose={onClose} />}
        </div>
      )}
    </Dialog>
  );
}

/** How many recordings the search finds, before anything is placed. */
function Counted({ query, onCounted }: { query: SelectionQuery; onCounted(recordings: string[]): void }) {
  const { t } = useI18n();
  const selection = useQuery(selectionQuery(query));
  const [taken, setTaken] = useState(false);
  if (selection.isPending) return <Loading rows={2} />;
  if (selection.isError) return <ProblemBanner error={selection.error} onRetry={() => void selection.refetch()} />;
  const { count, more, most_recordings: most, held_already: held, recordings } = selection.data;
  if (more) return <Banner tone="warning" title={t("holds.too_many", { most })}>{t("holds.narrow")}</Banner>;
  if (count === 0) return <Banner tone="warning" title={t("holds.selection_none")} />;
  return (
    <Banner tone="note" title={t("holds.selection", { count })}>
      {held > 0 && <p>{t("holds.held_already", { count: held })}</p>}
      <p>{t("holds.selection_exact")}</p>
      {!taken && (
        <Button
          size="xs"
          className="mt-2"
          onClick={() => {
            setTaken(true);
            onCounted(recordings);
          }}
        >
          {t("holds.selection_take", { count })}
        </Button>
      )}
    </Banner>
  );
}

function PlaceForm({ id, rules, recordings, onBusy, onClose }: { id: string; rules: HoldRules; recordings: string[]; onBusy(busy: boolean): void; onClose(): void }) {
  const { t, text } = useI18n();
  const toast = useToast();
  const queries = useQueryClient();
  const [key] = useState(() => crypto.randomUUID());
  const [ground, setGround] = useState(rules.grounds.length === 1 ? (rules.grounds[0]?.key ?? "") : "");
  const [words, setWords] = useState({ reason: "", authority: "", review: "" });
  const [tried, setTried] = useState(false);
  const chosen = rules.grounds.find((one) => one.key === ground);
  const tomorrow = addDays(civil(Date.now()).day, 1);
  const place = useMutation({
    mutationFn: () => placeHold(key, { recordings, ground, reason: words.reason.trim(), authority: words.authority.trim(), ...(words.review === "" ? {} : { review_on: words.review }) }),
    onMutate: () => onBusy(true),
    onSettled: () => onBusy(false),
    onSuccess: async () => {
      toast(t("holds.placed"));
      await Promise.all([queries.invalidateQueries({ queryKey: ["holds"] }), queries.invalidateQueries({ queryKey: ["recording"] }), queries.invalidateQueries({ queryKey: ["recordings"] })]);
      onClose();
    },
  });
  const refused = (field: string) => (place.error instanceof ProblemError ? place.error.fieldMessage(field) : undefined);
  const missing = (field: "reason" | "authority") => (tried && words[field].trim() === "" ? t("holds.needed") : refused(field));
  const late = place.error instanceof ProblemError ? (place.error.problem.errors ?? []).filter((error) => error.field.startsWith("recordings[")).length : 0;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setTried(true);
    if (ground !== "" && words.reason.trim() !== "" && words.authority.trim() !== "") place.mutate();
    else focusFirstError(event.currentTarget);
  };
  if (!rules.may_place.allowed)
    return (
      <Banner tone="warning" title={text(rules.may_place.sentence)}>
        <Article of={rules.may_place} />
      </Banner>
    );
  return (
    <form id={id} noValidate onSubmit={submit} className="space-y-4">
      <p>
        {text(rules.sentence)} <Article of={rules} />
      </p>
      <SelectField
        label={t("holds.ground")}
        required
        value={ground}
        error={tried && ground === "" ? t("holds.ground_needed") : refused("ground")}
        support={
          chosen && (
            <>
              <Article of={chosen} /> {text(chosen.sentence)}
            </>
          )
        }
        onChange={(event) => setGround(event.target.value)}
      >
        {/* several grounds, several articles: none is taken unread */}
        {rules.grounds.length > 1 && (
          <option value="" disabled>
            {t("holds.ground_choose")}
          </option>
        )}
        {rules.grounds.map((one) => (
          <option key={one.key} value={one.key}>
            {text(one.name)}
          </option>
        ))}
      </SelectField>
      <TextArea label={t("holds.reason")} support={t("holds.reason_support")} required rows={3} maxLength={2000} value={words.reason} error={missing("reason")} onChange={(event) => setWords({ ...words, reason: event.target.value })} />
      <TextField label={t("holds.authority")} support={t("holds.authority_support")} required maxLength={500} value={words.authority} error={missing("authority")} onChange={(event) => setWords({ ...words, authority: event.target.value })} />
      <TextField label={t("holds.review_on")} support={t("holds.review_support")} optional type="date" min={tomorrow} className="max-w-48" value={words.review} error={refused("review_on")} onChange={(event) => setWords({ ...words, review: event.target.value })} />
      {place.isError && <ProblemBanner error={place.error} />}
      {late > 0 && recordings.length > 1 && <p>{t("holds.some_late", { count: late })}</p>}
    </form>
  );
}
