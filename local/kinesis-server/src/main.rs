//! A Kinesis Data Streams API on 127.0.0.1 for the local stack: the library ferrokinesis with a
//! journal, so that acknowledged records survive any end of this process.

mod fan_out;
mod faults;
mod guard;
mod journal;
mod lag;

use axum::body::{Body, to_bytes};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::serve::ListenerExt;
use clap::Parser;
use fan_out::with_fan_out;
use faults::{Faults, with_faults};
use ferrokinesis::constants::CONTENT_TYPE_CBOR;
use ferrokinesis::create_app;
use ferrokinesis::store::StoreOptions;
use guard::programs_only;
use journal::Journal;
use lag::with_lag;
use std::io::Read;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Mutex, oneshot};
use tokio::time::{interval, timeout};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A request to PutRecords carries at most 10 MiB of records, a third more in base64.
const MAX_REQUEST_BYTES: usize = 16 * 1024 * 1024;
const RETENTION_CHECK_SECONDS: u64 = 60;
/// How long a stream takes to be created, changed or deleted.
const TRANSITION_MILLISECONDS: u64 = 100;
const STATE_CHECK: Duration = Duration::from_millis(250);
const DRAIN: Duration = Duration::from_secs(2);

/// Serves until SIGTERM or SIGINT, or until its standard input is closed: a parent that dies in any
/// way takes the server with it.
#[derive(Parser)]
struct Arguments {
    /// Port on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Account in ARNs, 12 digits.
    #[arg(long, default_value = "000000000000")]
    account_id: String,
    /// Region in ARNs.
    #[arg(long, default_value = "us-east-1")]
    region: String,
    /// Open shards that all streams together may have.
    #[arg(long, default_value_t = 200)]
    shard_limit: u32,
    /// Throttle a shard at 1 MiB/s and 1,000 records/s, as AWS does.
    #[arg(long)]
    enforce_limits: bool,
    /// Folder that keeps streams and records between runs; without it they live in memory.
    #[arg(long)]
    state_dir: Option<PathBuf>,
    /// Newest records that all streams together keep, with --state-dir; older ones go before their retention ends.
    #[arg(long)]
    keep_records: Option<u64>,
}

type SharedJournal = Arc<Mutex<Option<Journal>>>;

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("kinesis-server: {message}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), String> {
    let address = format!("127.0.0.1:{}", arguments.port);
    let listener = TcpListener::bind(&address)
        .await
        .map_err(|error| format!("cannot listen on {address}: {error}"))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let (app, store) = create_app(StoreOptions {
        shard_limit: arguments.shard_limit,
        enforce_limits: arguments.enforce_limits,
        aws_account_id: arguments.account_id,
        aws_region: arguments.region,
        create_stream_ms: TRANSITION_MILLISECONDS,
        update_stream_ms: TRANSITION_MILLISECONDS,
        delete_stream_ms: TRANSITION_MILLISECONDS,
        retention_check_interval_secs: RETENTION_CHECK_SECONDS,
        ..StoreOptions::default()
    });
    let subscriptions = middleware::from_fn_with_state(store.clone(), with_fan_out);
    let lag = middleware::from_fn_with_state(store.clone(), with_lag);
    let journal = match arguments.state_dir {
        Some(folder) => Some(Journal::open(folder, store, arguments.keep_records).await?),
        None => None,
    };
    let journal: SharedJournal = Arc::new(Mutex::new(journal));
    let app = app
        .layer(DefaultBodyLimit::max(MAX_REQUEST_BYTES))
        .layer(lag)
        .layer(subscriptions)
        .layer(middleware::from_fn_with_state(journal.clone(), one_change_at_a_time))
        .layer(middleware::from_fn_with_state(Faults::default(), with_faults))
        .route("/load", get(load).with_state(journal.clone()))
        .layer(middleware::from_fn(programs_only));

    let (stop, stopped) = oneshot::channel();
    let server = axum::serve(listener.tap_io(|stream| _ = stream.set_nodelay(true)), app)
        .with_graceful_shutdown(async { _ = stopped.await });
    let mut server = tokio::spawn(async move { server.await });
    println!("listening on http://{address}");

    let mut ticks = interval(STATE_CHECK);
    let mut end = std::pin::pin!(asked_to_end());
    loop {
        tokio::select! {
            () = &mut end => break,
            _ = ticks.tick() => save(&journal).await?,
            result = &mut server => return Err(format!("stopped serving: {result:?}")),
        }
    }
    _ = stop.send(());
    // A consumer may hold its connection open for minutes.
    _ = timeout(DRAIN, server).await;
    save(&journal).await
}

/// Lets one change through at a time and writes it to the journal before it is acknowledged.
///
/// The store numbers a batch and inserts it in two steps. Two batches for one shard could thus be
/// inserted in the wrong order, and a reader between them would pass over the earlier one for ever.
async fn one_change_at_a_time(
    State(journal): State<SharedJournal>,
    request: Request,
    next: Next,
) -> Response {
    let operation = operation_of(&request).to_owned();
    if operation.is_empty()
        || ["Describe", "Get", "List", "Subscribe"].iter().any(|verb| operation.starts_with(verb))
    {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    // Read first: a slow client must not hold up the others.
    let Ok(body) = to_bytes(body, MAX_REQUEST_BYTES).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let mut journal = journal.lock().await;
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    let Some(journal) = journal.as_mut() else {
        return response;
    };
    let written = match operation.starts_with("PutRecord") {
        true => journal.append_records().await,
        false => journal.save_streams().await,
    };
    match written {
        Ok(()) => response,
        Err(message) => {
            eprintln!("kinesis-server: {message}");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Records and bytes that each shard has taken since the start, by stream and shard.
async fn load(State(journal): State<SharedJournal>) -> Response {
    let journal = journal.lock().await;
    let load = journal.as_ref().map(|journal| serde_json::to_vec(journal.load()));
    match load {
        Some(Ok(bytes)) => ([(header::CONTENT_TYPE, "application/json")], bytes).into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Whether a message of this content type is in CBOR; otherwise it is in JSON.
fn is_cbor(content_type: Option<&HeaderValue>) -> bool {
    content_type.is_some_and(|value| value.as_bytes() == CONTENT_TYPE_CBOR.as_bytes())
}

/// What a request asks for, such as PutRecords; empty if it is no request of the API.
fn operation_of(request: &Request) -> &str {
    request
        .headers()
        .get("x-amz-target")
        .and_then(|target| target.to_str().ok()?.split('.').nth(1))
        .unwrap_or_default()
}

/// Streams also change on their own: one being created becomes active.
async fn save(journal: &SharedJournal) -> Result<(), String> {
    match journal.lock().await.as_mut() {
        Some(journal) => journal.save_streams().await,
        None => Ok(()),
    }
}

async fn asked_to_end() {
    let mut terminate = signal(SignalKind::terminate()).expect("SIGTERM can be handled");
    let mut interrupt = signal(SignalKind::interrupt()).expect("SIGINT can be handled");
    let (closed, parent_gone) = oneshot::channel();
    std::thread::spawn(move || {
        let mut buffer = [0; 64];
        while matches!(std::io::stdin().read(&mut buffer), Ok(length) if length > 0) {}
        _ = closed.send(());
    });
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        _ = parent_gone => {}
    }
}
