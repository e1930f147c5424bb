/** What a person fills in to make or change a connection, and how it becomes a request. */
import type { ConnectionDetail, ConnectionKind, ConnectRequest, EditRequest } from "../../api/types";
import { readNetworks } from "./networks";

export const KINDS = ["siprec", "sip", "registration", "whip"] as const satisfies readonly ConnectionKind[];

export interface Draft {
  kind: ConnectionKind;
  name: string;
  networks: string;
  line: string;
  srtp: boolean;
  tls: boolean;
  digest: boolean;
  learns: boolean;
  certificates: string;
  registrarHost: string;
  registrarPort: string;
  registrarTransport: "udp" | "tcp" | "tls";
  domain: string;
  username: string;
  authUsername: string;
  password: string;
}

export const emptyDraft: Draft = {
  kind: "siprec",
  name: "",
  networks: "",
  line: "",
  srtp: false,
  tls: false,
  digest: false,
  learns: true,
  certificates: "",
  registrarHost: "",
  registrarPort: "",
  registrarTransport: "udp",
  domain: "",
  username: "",
  authUsername: "",
  password: "",
};

/** A connection as it stands, to be changed. The password is not known and stays when left empty. */
export function draftOf(connection: ConnectionDetail): Draft {
  const { account, security } = connection;
  return {
    ...emptyDraft,
    kind: connection.kind,
    name: connection.name,
    networks: connection.networks.join("\n"),
    line: connection.default_line ?? "",
    srtp: security.media === "srtp_required",
    tls: security.transport === "tls",
    digest: security.digest_required ?? false,
    learns: security.learns_source ?? true,
    certificates: (security.tls_client_sha256 ?? []).join("\n"),
    registrarHost: account?.registrar_host ?? "",
    registrarPort: account === undefined || account === null ? "" : String(account.registrar_port),
    registrarTransport: account?.transport ?? "udp",
    domain: account?.domain ?? "",
    username: account?.username ?? "",
    authUsername: account?.auth_username ?? "",
  };
}

/** Which fields are wrong before anything is sent; the server checks all of them. */
export function faultsOf(draft: Draft, knowsPassword: boolean): Set<keyof Draft> {
  const faults = new Set<keyof Draft>();
  const { networks, wrong } = readNetworks(draft.networks);
  if (draft.name.trim() === "") faults.add("name");
  if (wrong.length > 0 || (networks.length === 0 && draft.kind !== "whip")) faults.add("networks");
  if (draft.kind === "registration") {
    if (draft.registrarHost.trim() === "") faults.add("registrarHost");
    if (draft.username.trim() === "") faults.add("username");
    if (draft.password === "" && !knowsPassword) faults.add("password");
    if (draft.registrarPort !== "" && !/^\d{1,5}$/.test(draft.registrarPort)) faults.add("registrarPort");
  }
  return faults;
}

const calledByPbx = (kind: ConnectionKind) => kind === "siprec" || kind === "sip";

function changeable(draft: Draft): Omit<EditRequest, "version"> {
  const certificates = draft.certificates
    .split(/[\n,、]+/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
  return {
    name: draft.name.trim(),
    networks: readNetworks(draft.networks).networks,
    ...(draft.line === "" ? {} : { default_line: draft.line }),
    security: {
      media: draft.srtp ? "srtp_required" : "plain_allowed",
      transport: calledByPbx(draft.kind) && draft.tls ? "tls" : "any",
      learns_source: draft.learns,
      digest_required: calledByPbx(draft.kind) && draft.digest,
      tls_client_sha256: calledByPbx(draft.kind) && draft.tls ? certificates : [],
    },
    ...(draft.kind === "registration"
      ? {
          account: {
            registrar_host: draft.registrarHost.trim(),
            ...(draft.registrarPort === "" ? {} : { registrar_port: Number(draft.registrarPort) }),
            transport: draft.registrarTransport,
            ...(draft.domain.trim() === "" ? {} : { domain: draft.domain.trim() }),
            username: draft.username.trim(),
            ...(draft.authUsername.trim() === "" ? {} : { auth_username: draft.authUsername.trim() }),
            ...(draft.password === "" ? {} : { password: draft.password }),
          },
        }
      : {}),
  };
}

export function connectRequest(draft: Draft): ConnectRequest {
  return { kind: draft.kind, ...changeable(draft) };
}

export function editRequest(draft: Draft, version: number): EditRequest {
  return { version, ...changeable(draft) };
}

/** The connection as it is, with one more network allowed. */
export function allowRequest(connection: ConnectionDetail, network: string): EditRequest {
  const request = editRequest(draftOf(connection), connection.version);
  const { account: _unchanged, ...rest } = request;
  return { ...rest, networks: [...connection.networks, network] };
}
