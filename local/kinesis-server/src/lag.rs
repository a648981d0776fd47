//! How far a reader is behind its shard. The library answers 0 for every open shard, so that a
//! backlog would look like live records.

use crate::{is_cbor, operation_of};
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use ferrokinesis::constants::CONTENT_TYPE_CBOR;
use ferrokinesis::event_stream::encode_subscribe_event;
use ferrokinesis::sequence::{resolve_shard_id, shard_ix_to_hex};
use ferrokinesis::shard_iterator::decode_shard_iterator;
use ferrokinesis::store::Store;
use ferrokinesis::util::current_time_ms;

const LAG: &str = "MillisBehindLatest";
/// Of a message of an event stream: its length, that of its headers, a checksum.
const PRELUDE_BYTES: usize = 12;
const CHECKSUM_BYTES: usize = 4;

/// Completes the answers to GetRecords, and leaves everything else to the library.
pub async fn with_lag(State(store): State<Store>, request: Request, next: Next) -> Response {
    if operation_of(&request) != "GetRecords" {
        return next.run(request).await;
    }
    let (mut head, body) = next.run(request).await.into_parts();
    let Ok(body) = to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let is_cbor = is_cbor(head.headers.get(header::CONTENT_TYPE));
    let position = text_of(&body, "NextShardIterator", is_cbor)
        .and_then(|iterator| decode_shard_iterator(&iterator).ok());
    let Some((_, stream_name, shard_id, number)) = position else {
        return Response::from_parts(head, Body::from(body));
    };
    let lag = lag_at(&store, &stream_name, &shard_id, &number).await;
    if lag == 0 {
        return Response::from_parts(head, Body::from(body));
    }
    head.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(head, Body::from(with_number(&body, lag, is_cbor)))
}

/// Completes one message of a subscription; any other than records stays as it is.
pub async fn event_with_lag(
    store: &Store,
    stream_name: &str,
    shard_id: &str,
    message: Bytes,
    content_type: &'static str,
) -> Bytes {
    let is_cbor = content_type == CONTENT_TYPE_CBOR;
    let payload = payload_of(&message).unwrap_or_default();
    let Some(number) = text_of(payload, "ContinuationSequenceNumber", is_cbor) else {
        return message;
    };
    match lag_at(store, stream_name, shard_id, &number).await {
        0 => message,
        lag => encode_subscribe_event(&with_number(payload, lag, is_cbor), content_type).into(),
    }
}

/// Milliseconds since the arrival of the first record from a sequence number on; 0 without one.
async fn lag_at(store: &Store, stream_name: &str, shard_id: &str, number: &str) -> u64 {
    let Ok((_, shard)) = resolve_shard_id(shard_id) else {
        return 0;
    };
    let [from, to] = [format!("{}/{number}", shard_ix_to_hex(shard)), shard_ix_to_hex(shard + 1)];
    let unread = store.get_records_range_limited(stream_name, &from, &to, 1).await;
    unread.first().map_or(0, |(_, record)| {
        let arrival = (record.approximate_arrival_timestamp * 1000.0) as u64;
        current_time_ms().saturating_sub(arrival).max(1)
    })
}

fn payload_of(message: &[u8]) -> Option<&[u8]> {
    let length = u32::from_be_bytes(message.get(4..8)?.try_into().ok()?) as usize;
    message.get(PRELUDE_BYTES + length..message.len() - CHECKSUM_BYTES)
}

/// The text at a key of an answer, found without reading its records, which come last.
fn text_of(answer: &[u8], key: &str, is_cbor: bool) -> Option<String> {
    let value = &answer[value_at(answer, key, is_cbor)?..];
    match is_cbor {
        true => ciborium::from_reader(value).ok(),
        false => serde_json::Deserializer::from_slice(value).into_iter().next()?.ok(),
    }
}

/// An answer with `lag` in place of the 0 that the library writes.
fn with_number(answer: &[u8], lag: u64, is_cbor: bool) -> Vec<u8> {
    let Some(at) = value_at(answer, LAG, is_cbor).filter(|at| *at < answer.len()) else {
        return answer.to_vec();
    };
    let mut changed = Vec::with_capacity(answer.len() + size_of::<u64>() * 3);
    changed.extend_from_slice(&answer[..at]);
    match is_cbor {
        true => ciborium::into_writer(&lag, &mut changed).expect("a vector takes every byte"),
        false => changed.extend_from_slice(lag.to_string().as_bytes()),
    }
    changed.extend_from_slice(&answer[at + 1..]);
    changed
}

/// Where the value of a key begins: in JSON, behind a quotation mark and a colon.
fn value_at(answer: &[u8], key: &str, is_cbor: bool) -> Option<usize> {
    let at = answer.windows(key.len()).position(|window| window == key.as_bytes())?;
    Some(at + key.len() + if is_cbor { 0 } else { 2 })
}
