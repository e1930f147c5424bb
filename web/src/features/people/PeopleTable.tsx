/** Everybody with an ID. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Person } from "../../api/types";
import { type Column, DataTable } from "../../components/DataTable/DataTable";
import { StackedDateTime } from "../../components/DateTime/DateTime";
import { TextField } from "../../components/Field/Field";
import { Empty, Loading } from "../../components/Loading/Loading";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useI18n } from "../../i18n/language";
import { peopleQuery } from "./api";
import { currentAppointments } from "./current";
import { PersonState } from "./PersonState";

export function PeopleTable({ onOpen }: { onOpen(person: Person): void }) {
  const { t, text } = useI18n();
  const people = useQuery(peopleQuery);
  const [words, setWords] = useState("");
  if (people.isPending) return <div className="card"><Loading /></div>;
  if (people.isError) return <ProblemBanner error={people.error} onRetry={() => void people.refetch()} />;
  const wanted = words.trim().toLowerCase();
  const rows = people.data.filter((person) => `${person.display_name} ${person.login_id} ${text(person.department?.name)}`.toLowerCase().includes(wanted));
  const columns: Column<Person>[] = [
    {
      key: "name",
      title: t("people.name"),
      rowHeader: true,
      cell: (person) => (
        <>
          <button type="button" className="link text-left" onClick={() => onOpen(person)}>
            {person.display_name}
          </button>
          <code className="block font-mono text-dns-14N-130 text-solid-gray-700">{person.login_id}</code>
        </>
      ),
    },
    { key: "department", title: t("call.department"), cell: (person) => (person.department ? text(person.department.name) : "—") },
    {
      key: "posts",
      title: t("people.appointments"),
      cell: (person) => {
        const current = currentAppointments(person.appointments, Date.now());
        return current.length === 0 ? (
          <span className="text-solid-gray-700">{t("people.no_post")}</span>
        ) : (
          <ul>
            {current.map((appointment) => (
              <li key={appointment.id}>
                {text(appointment.post.name)}
                {appointment.department && <span className="text-dns-14N-130 text-solid-gray-700"> {text(appointment.department.name)}</span>}
              </li>
            ))}
          </ul>
        );
      },
    },
    { key: "state", title: t("people.state"), cell: (person) => <PersonState state={person.state} /> },
    { key: "last", title: t("people.last_sign_in"), cell: (person) => (person.last_sign_in_at ? <StackedDateTime at={person.last_sign_in_at} /> : <span className="text-solid-gray-700">{t("people.never_signed_in")}</span>) },
  ];
  return (
    <>
      <div className="mb-3 max-w-sm">
        <TextField type="search" label={t("people.filter")} value={words} onChange={(event) => setWords(event.target.value)} />
      </div>
      <p role="status" className="mb-2">
        {t("people.count", { count: rows.length })}
      </p>
      <div className="card overflow-hidden">
        {rows.length === 0 ? <Empty icon="people" title={t("people.none")} /> : <DataTable caption={t("people.title")} columns={columns} rows={rows} rowKey={(person) => person.id} onRowClick={onOpen} />}
      </div>
    </>
  );
}
