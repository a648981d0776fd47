//! Faults on demand, so that a run can show what the pipeline does about them.

use crate::{is_cbor, operation_of};
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::sync::{Arc, Mutex};

const MAX_SETTINGS_BYTES: usize = 1024;

/// Shares of the requests for records that fail, 0 to 1.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Shares {
    /// Answered as by a service that is over its limits.
    throttled: f64,
    /// Answered with a server error, half of them after the request was carried out.
    failed: f64,
}

#[derive(Default)]
struct Plan {
    shares: Shares,
    throttled: f64,
    failed: f64,
    failures: u64,
}

enum Fault {
    Throttled,
    FailedBefore,
    FailedAfter,
}

/// What is to go wrong; `PUT /faults` with `{"throttled": 0.1, "failed": 0.1}` changes it.
#[derive(Clone, Default)]
pub struct Faults(Arc<Mutex<Plan>>);

impl Faults {
    /// Spreads the faults evenly over the requests, so that two runs have the same number of them.
    fn next(&self) -> Option<Fault> {
        let mut plan = self.0.lock().expect("no holder of the lock panics");
        plan.throttled += plan.shares.throttled;
        if plan.throttled >= 1.0 {
            plan.throttled -= 1.0;
            return Some(Fault::Throttled);
        }
        plan.failed += plan.shares.failed;
        if plan.failed < 1.0 {
            return None;
        }
        plan.failed -= 1.0;
        plan.failures += 1;
        Some(match plan.failures % 2 {
            0 => Fault::FailedAfter,
            _ => Fault::FailedBefore,
        })
    }

    async fn change(&self, request: Request) -> Response {
        let Ok(body) = to_bytes(request.into_body(), MAX_SETTINGS_BYTES).await else {
            return StatusCode::PAYLOAD_TOO_LARGE.into_response();
        };
        match serde_json::from_slice::<Shares>(&body) {
            Ok(shares)
                if [shares.throttled, shares.failed]
                    .iter()
                    .all(|share| (0.0..=1.0).contains(share)) =>
            {
                *self.0.lock().expect("no holder of the lock panics") =
                    Plan { shares, ..Plan::default() };
                StatusCode::NO_CONTENT.into_response()
            }
            Ok(_) => (StatusCode::BAD_REQUEST, "a share must be from 0 to 1").into_response(),
            Err(error) => (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
        }
    }
}

/// Lets faults happen to requests for records, before or behind everything else.
pub async fn with_faults(State(faults): State<Faults>, request: Request, next: Next) -> Response {
    if request.method() == Method::PUT && request.uri().path() == "/faults" {
        return faults.change(request).await;
    }
    if !["PutRecord", "PutRecords", "GetRecords"].contains(&operation_of(&request)) {
        return next.run(request).await;
    }
    let content_type = request.headers().get(header::CONTENT_TYPE).cloned();
    match faults.next() {
        None => next.run(request).await,
        Some(Fault::Throttled) => {
            refusal(StatusCode::BAD_REQUEST, "ProvisionedThroughputExceededException", content_type)
        }
        Some(Fault::FailedBefore) => {
            refusal(StatusCode::INTERNAL_SERVER_ERROR, "InternalFailure", content_type)
        }
        Some(Fault::FailedAfter) => {
            // The caller cannot know that its request was carried out.
            _ = next.run(request).await;
            refusal(StatusCode::INTERNAL_SERVER_ERROR, "InternalFailure", content_type)
        }
    }
}

/// An error as the SDKs read it: the kind in a header, the body an empty map in the caller's encoding.
fn refusal(status: StatusCode, kind: &'static str, content_type: Option<HeaderValue>) -> Response {
    let body: &'static [u8] = if is_cbor(content_type.as_ref()) { &[0xa0] } else { b"{}" };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert("x-amzn-errortype", HeaderValue::from_static(kind));
    if let Some(content_type) = content_type {
        headers.insert(header::CONTENT_TYPE, content_type);
    }
    response
}
