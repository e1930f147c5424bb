/** Renders pages and pieces as the portal would. */
import { QueryClient } from "@tanstack/react-query";
import { createMemoryHistory, RouterProvider } from "@tanstack/react-router";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactElement } from "react";
import { session } from "../api/session";
import type { Me } from "../api/types";
import { Providers } from "../app/Providers";
import { makeRouter } from "../app/router";
import type { Language } from "../i18n/language";

function testQueries(): QueryClient {
  return new QueryClient({ defaultOptions: { queries: { retry: false }, mutations: { retry: false } } });
}

/** A piece of a page, with somebody signed in when `me` is given. */
export function renderPiece(piece: ReactElement, { me, language = "ja" }: { me?: Me; language?: Language } = {}) {
  if (me !== undefined) session.set({ kind: "signed-in", me });
  const user = userEvent.setup();
  return { user, ...render(<Providers queries={testQueries()} language={language}>{piece}</Providers>) };
}

/** The whole portal at an address. */
export function renderPortal(address: string, { me, language = "ja" }: { me?: Me; language?: Language } = {}) {
  if (me !== undefined) session.set({ kind: "signed-in", me });
  const queries = testQueries();
  const router = makeRouter(queries, createMemoryHistory({ initialEntries: [address] }));
  const user = userEvent.setup();
  const view = render(
    <Providers queries={queries} language={language}>
      <RouterProvider router={router} />
    </Providers>,
  );
  return { user, router, ...view };
}

export const heading = (name: string | RegExp) => screen.findByRole("heading", { level: 1, name });
