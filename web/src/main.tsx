/** Starts the portal. */
import { RouterProvider } from "@tanstack/react-router";
import { createRoot } from "react-dom/client";
import { setRequestLanguage } from "./api/client";
import { makeQueryClient, Providers } from "./app/Providers";
import { makeRouter } from "./app/router";
import { rememberedLanguage } from "./i18n/language";
import "./styles.css";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");

document.documentElement.lang = rememberedLanguage();
setRequestLanguage(rememberedLanguage());
const queries = makeQueryClient();
const router = makeRouter(queries);
createRoot(root).render(
  <Providers queries={queries}>
    <RouterProvider router={router} />
  </Providers>,
);
