//! Every route, one line each, in the order of the portal's menu.

use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::openapi;
use crate::routes::{
    appointments, audit_events, calls, connections, counts, departments, health, lines, people, policy, posts,
    public_notice, recordings, sign_in, uses,
};

/// The routes with their documentation, before layers and state.
pub fn documented(document: OpenApi) -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(document)
        .routes(routes!(sign_in::sign_in::sign_in))
        .routes(routes!(sign_in::sign_out::sign_out))
        .routes(routes!(sign_in::change_password::change_password))
        .routes(routes!(sign_in::me::me))
        .routes(routes!(recordings::search::search))
        .routes(routes!(recordings::show::show))
        .routes(routes!(recordings::waveform::waveform))
        .routes(routes!(uses::open::open))
        .routes(routes!(uses::audio::audio, uses::audio::audio_head))
        .routes(routes!(uses::heard::heard))
        .routes(routes!(calls::search::search))
        .routes(routes!(counts::unrecorded::unrecorded))
        .routes(routes!(audit_events::list::list))
        .routes(routes!(people::list::list, people::issue::issue))
        .routes(routes!(people::reset_password::reset_password))
        .routes(routes!(people::disable::disable))
        .routes(routes!(appointments::appoint::appoint))
        .routes(routes!(appointments::end::end))
        .routes(routes!(posts::list::list))
        .routes(routes!(policy::show::show))
        .routes(routes!(policy::text::text))
        .routes(routes!(departments::list::list))
        .routes(routes!(lines::list::list))
        .routes(routes!(connections::list::list, connections::connect::connect))
        .routes(routes!(connections::disable::disable))
        .routes(routes!(public_notice::show::show))
        .routes(routes!(health::document::document))
        .routes(routes!(health::probes::live))
        .routes(routes!(health::probes::ready))
}

/// The whole API with its layers.
pub fn router(app: App) -> axum::Router {
    let (routes, _) = documented(openapi::outline()).split_for_parts();
    routes.with_state(app)
}
