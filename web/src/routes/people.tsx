/** /people: who has an ID, which posts there are, and who holds them. */
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { can, useMe } from "../api/session";
import type { Person } from "../api/types";
import { Button } from "../components/Button/Button";
import { PageHeading } from "../components/PageHeading/PageHeading";
import { Tabs } from "../components/Tabs/Tabs";
import { peopleQuery } from "../features/people/api";
import { InitialPassword } from "../features/people/InitialPassword";
import { IssueDialog } from "../features/people/IssueDialog";
import { PeopleTable } from "../features/people/PeopleTable";
import { PersonPanel } from "../features/people/PersonPanel";
import { PostList } from "../features/people/PostList";
import { useI18n } from "../i18n/language";

const route = getRouteApi("/signed-in/people");

export function PeoplePage() {
  const { t } = useI18n();
  const me = useMe();
  const { tab = "people" } = route.useSearch();
  const navigate = route.useNavigate();
  const people = useQuery(peopleQuery);
  const [openId, setOpenId] = useState<string | undefined>(undefined);
  const [issuing, setIssuing] = useState(false);
  const [issued, setIssued] = useState<{ person: Person; password: string } | undefined>(undefined);
  const open = people.data?.find((person) => person.id === openId);
  return (
    <>
      <PageHeading
        title={t("people.title")}
        lead={t("people.lead")}
        actions={
          can(me, "person.issue") && (
            <Button look="solid" icon="plus" onClick={() => setIssuing(true)}>
              {t("people.issue")}
            </Button>
          )
        }
      />
      <Tabs
        label={t("people.title")}
        value={tab}
        tabs={[
          { value: "people", label: t("people.tab_people") },
          { value: "posts", label: t("people.tab_posts") },
        ]}
        onChange={(next) => void navigate({ search: next === "people" ? {} : { tab: next } })}
      >
        {tab === "people" ? <PeopleTable onOpen={(person) => setOpenId(person.id)} /> : <PostList />}
      </Tabs>
      {open !== undefined && <PersonPanel person={open} onPassword={(person, password) => setIssued({ person, password })} onClose={() => setOpenId(undefined)} />}
      {issuing && (
        <IssueDialog
          onClose={() => setIssuing(false)}
          onIssued={(person, password) => {
            setIssuing(false);
            setIssued({ person, password });
          }}
        />
      )}
      {issued !== undefined && <InitialPassword loginId={issued.person.login_id} name={issued.person.display_name} password={issued.password} onClose={() => setIssued(undefined)} />}
    </>
  );
}
