/** /certificates/$certificateId: the proof that one recording is gone. */
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMe } from "../api/session";
import { Icon } from "../components/Icon/Icon";
import { CertificateView } from "../features/certificates/CertificateView";
import { useI18n } from "../i18n/language";

const route = getRouteApi("/signed-in/certificates/$certificateId");

export function CertificatePage() {
  const { t, text } = useI18n();
  const me = useMe();
  const { certificateId } = route.useParams();
  return (
    <CertificateView
      id={certificateId}
      tenant={text(me.tenant.name)}
      above={
        <Link to="/retention" search={{ tab: "certificates" }} className="link mb-2 inline-flex items-center gap-1">
          <Icon name="back" size={16} />
          {t("certificates.back")}
        </Link>
      }
    />
  );
}
