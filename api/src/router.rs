//! Every route, one line each, in the order of the portal's menu.

use std::any::Any;

use axum::Router;
use axum::body::Body;
use axum::extract::DefaultBodyLimit;
use axum::http::Response;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::IntoResponse;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::layers::{problem_writer, rate_limit, request_id, security_headers, source, time_limit};
use crate::problem::{Code, Problem};
use crate::routes::{
    alarms, announcements, appointments, audit_events, calls, capture_orders, certificates,
    connection_watches, connections, counts, coverage, deletion_forecast, departments, devices, erasures,
    expected_calls, health, holds, jobs, lines, live_calls, operating_calendar, people, policy,
    policy_amendments, posts, public_notice, recordings, retention, sign_in, storage_health, uses, workers,
};
use crate::{metrics, openapi, portal};

/// The largest body any operation takes, in bytes.
const LARGEST_BODY: usize = 64 * 1024;
/// The largest body with a whole policy in it, in bytes.
const LARGEST_DOCUMENT: usize = 512 * 1024;

/// The routes with their documentation, before layers and state.
pub fn documented(document: OpenApi) -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(document)
        .routes(routes!(sign_in::begin::sign_in))
        .routes(routes!(sign_in::sign_out::sign_out))
        .routes(routes!(sign_in::change_password::change_password))
        .routes(routes!(sign_in::me::me))
        .routes(routes!(recordings::search::search))
        .routes(routes!(recordings::show::show))
        .routes(routes!(recordings::waveform::waveform))
        .routes(routes!(uses::open::open))
        .routes(routes!(uses::audio::audio, uses::audio::audio_head))
        .routes(routes!(uses::file::file))
        .routes(routes!(uses::heard::heard))
        .routes(routes!(holds::list::list, holds::place::place))
        .routes(routes!(holds::select::select))
        .routes(routes!(holds::show::show))
        .routes(routes!(holds::extend::extend))
        .routes(routes!(holds::ask_release::ask_release))
        .routes(routes!(holds::release::release))
        .routes(routes!(erasures::list::list, erasures::ask::ask))
        .routes(routes!(erasures::show::show))
        .routes(routes!(erasures::approve::approve))
        .routes(routes!(erasures::refuse::refuse))
        .routes(routes!(erasures::withdraw::withdraw))
        .routes(routes!(live_calls::list::list))
        .routes(routes!(capture_orders::place::place))
        .routes(routes!(announcements::note::note))
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
        .routes(routes!(retention::show::show))
        .routes(routes!(deletion_forecast::show::show))
        .routes(routes!(certificates::list::list))
        .routes(routes!(certificates::show::show))
        .routes(routes!(certificates::text::text))
        .routes(routes!(storage_health::show::show))
        .routes(routes!(jobs::list::list))
        .routes(routes!(jobs::release::release))
        .routes(routes!(policy_amendments::approve::approve))
        .routes(routes!(policy_amendments::withdraw::withdraw))
        .routes(routes!(departments::list::list))
        .routes(routes!(lines::list::list))
        .routes(routes!(lines::change::change))
        .routes(routes!(coverage::show::show))
        .routes(routes!(coverage::csv::csv))
        .routes(routes!(operating_calendar::show::show))
        .routes(routes!(operating_calendar::change::hours))
        .routes(routes!(operating_calendar::change::special_day))
        .routes(routes!(operating_calendar::change::strike))
        .merge(taking_files())
        .routes(routes!(alarms::list::list))
        .routes(routes!(alarms::acknowledge::acknowledge))
        .routes(routes!(workers::list::list))
        .routes(routes!(connection_watches::list::list))
        .routes(routes!(connection_watches::set::set))
        .routes(routes!(devices::list::list, devices::register::register))
        .routes(routes!(devices::change::change))
        .routes(routes!(devices::retire::retire))
        .routes(routes!(devices::issue_token::issue_token))
        .routes(routes!(connections::list::list, connections::connect::connect))
        .routes(routes!(connections::show::show))
        .routes(routes!(connections::health::health))
        .routes(routes!(connections::edit::edit))
        .routes(routes!(connections::rotate::rotate))
        .routes(routes!(connections::disable::disable))
        .routes(routes!(connections::enable::enable))
        .routes(routes!(connections::watch_test::watch_test, connections::begin_test::begin_test))
        .routes(routes!(public_notice::show::show))
        .routes(routes!(health::document::document))
        .routes(routes!(health::probes::live))
        .routes(routes!(health::probes::ready))
}

/// Operations that take a whole file.
fn taking_files() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(expected_calls::list::list, expected_calls::upload::upload))
        .layer(DefaultBodyLimit::max(expected_calls::upload::LARGEST_BODY))
        .merge(taking_documents())
}

/// Operations that take a whole policy: some ten thousand characters of Japanese.
fn taking_documents() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(policy_amendments::list::list, policy_amendments::propose::propose))
        .routes(routes!(policy_amendments::preview::preview))
        .layer(DefaultBodyLimit::max(LARGEST_DOCUMENT))
}

/// The whole API, and the portal beside it, with all layers: what a server or a test serves.
pub fn router(app: App) -> Router {
    let (routes, _) = documented(openapi::outline()).split_for_parts();
    routes
        .method_not_allowed_fallback(|| async { Problem::new(Code::MethodNotAllowed) })
        .with_state(app.clone())
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .route_layer(from_fn(metrics::count))
        .fallback_service(portal::files(app.config().portal_dir.as_deref()))
        // from here on the last one added is the first one passed
        .layer(from_fn_with_state(app.clone(), time_limit::keep))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(app.clone(), rate_limit::by_source))
        .layer(from_fn_with_state(app.clone(), source::find))
        .layer(from_fn(problem_writer::write))
        .layer(from_fn_with_state(app, security_headers::put))
        .layer(from_fn(request_id::give))
}

/// A panic is our mistake and tells nothing.
fn panicked(_: Box<dyn Any + Send + 'static>) -> Response<Body> {
    Problem::internal("a request panicked").into_response()
}
