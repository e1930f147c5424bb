/** Starts the page by which a browser records. */
import { createRoot } from "react-dom/client";
import { setRequestLanguage } from "./api/client";
import { makeQueryClient, Providers } from "./app/Providers";
import { PublicFrame } from "./app/PublicFrame";
import { rememberedLanguage } from "./i18n/language";
import { CapturePage } from "./routes/capture";
import "./styles.css";

const root = document.getElementById("root");
if (root === null) throw new Error("capture.html has no #root");

document.documentElement.lang = rememberedLanguage();
setRequestLanguage(rememberedLanguage());
createRoot(root).render(
  <Providers queries={makeQueryClient()}>
    <PublicFrame>
      <CapturePage />
    </PublicFrame>
  </Providers>,
);
