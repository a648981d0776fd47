//! Subscriptions to shards as AWS gives them. The library forgets with which record a subscription
//! is to start, and says neither how far a reader is behind nor that a closed shard is at its end.

use crate::lag::event_with_lag;
use crate::{is_cbor, operation_of};
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use ferrokinesis::actions::subscribe_to_shard::execute_streaming;
use ferrokinesis::constants::{CONTENT_TYPE_CBOR, CONTENT_TYPE_JSON};
use ferrokinesis::event_stream::encode_subscribe_event;
use ferrokinesis::sequence::{resolve_shard_id, shard_ix_to_hex};
use ferrokinesis::server::cbor_to_json;
use ferrokinesis::store::Store;
use ferrokinesis::types::Shard;
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const MAX_REQUEST_BYTES: usize = 16 * 1024;

/// Answers subscriptions, and leaves everything else to the library.
pub async fn with_fan_out(State(store): State<Store>, request: Request, next: Next) -> Response {
    if operation_of(&request) != "SubscribeToShard" {
        return next.run(request).await;
    }
    let content_type = match is_cbor(request.headers().get(header::CONTENT_TYPE)) {
        true => CONTENT_TYPE_CBOR,
        false => CONTENT_TYPE_JSON,
    };
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_REQUEST_BYTES).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    match subscribe(store, &body, content_type).await {
        Some(events) => {
            ([(header::CONTENT_TYPE, "application/vnd.amazon.eventstream")], events).into_response()
        }
        // What is wrong with it, the library says.
        None => next.run(Request::from_parts(parts, Body::from(body))).await,
    }
}

/// The events of a subscription; none if there can be no such subscription.
async fn subscribe(store: Store, body: &[u8], content_type: &'static str) -> Option<Body> {
    let mut data = read(body, content_type)?;
    let consumer = data["ConsumerARN"].as_str()?;
    let stream_name = store.stream_name_from_arn(consumer.split_once("/consumer/")?.0)?;
    let (shard_id, shard_number) = resolve_shard_id(data["ShardId"].as_str()?).ok()?;
    if let Some(seconds) = data["StartingPosition"]["Timestamp"].as_f64() {
        data["StartingPosition"] = position_at(&store, &stream_name, shard_number, seconds).await;
    }
    let events = execute_streaming(&store, data, content_type).await.ok()?;
    let reader = (store.clone(), stream_name.clone(), shard_id.clone());
    let events = events.into_data_stream().then(move |message| {
        let (store, stream_name, shard_id) = reader.clone();
        async move {
            let event =
                event_with_lag(&store, &stream_name, &shard_id, message?, content_type).await;
            Ok::<_, axum::Error>(event)
        }
    });
    let session = Duration::from_millis(store.options.subscribe_to_shard_session_ms);
    let started = Instant::now();
    let end = stream::once(async move {
        // A session that has run out is renewed, and may have more to read.
        if started.elapsed() >= session {
            return None;
        }
        end_of_shard(&store, &stream_name, &shard_id, content_type).await
    });
    let end = end.flat_map(stream::iter).map(|event| Ok(Bytes::from(event)));
    Some(Body::from_stream(events.chain(end)))
}

/// A request; its times are seconds since the epoch.
fn read(body: &[u8], content_type: &str) -> Option<Value> {
    if content_type != CONTENT_TYPE_CBOR {
        return serde_json::from_slice(body).ok();
    }
    let mut data = cbor_to_json(&ciborium::from_reader(body).ok()?);
    if let Some(milliseconds) = data["StartingPosition"]["Timestamp"].as_f64() {
        data["StartingPosition"]["Timestamp"] = json!(milliseconds / 1000.0);
    }
    Some(data)
}

/// The first record that arrived then or later; the library would take the oldest without one.
async fn position_at(store: &Store, stream_name: &str, shard_number: i64, seconds: f64) -> Value {
    let start = format!("{}/", shard_ix_to_hex(shard_number));
    let end = shard_ix_to_hex(shard_number + 1);
    let found = store.find_first_record_at_timestamp(stream_name, &start, &end, seconds).await;
    match found.as_ref().and_then(|(key, _)| key.split_once('/')) {
        Some((_, number)) => json!({"Type": "AT_SEQUENCE_NUMBER", "SequenceNumber": number}),
        None => json!({"Type": "LATEST"}),
    }
}

/// The last event of a closed shard: it names the children and no number to go on from.
async fn end_of_shard(
    store: &Store,
    stream_name: &str,
    shard_id: &str,
    content_type: &'static str,
) -> Option<Vec<u8>> {
    let shards = store.get_stream(stream_name).await.ok()?.shards;
    let shard = shards.iter().find(|shard| shard.shard_id == shard_id)?;
    shard.sequence_number_range.ending_sequence_number.as_ref()?;
    let children: Vec<Value> = shards
        .iter()
        .filter(|child| parents(child).contains(&shard_id))
        .map(|child| {
            json!({
                "ShardId": child.shard_id,
                "ParentShards": parents(child),
                "HashKeyRange": child.hash_key_range,
            })
        })
        .collect();
    let event = json!({"Records": [], "MillisBehindLatest": 0, "ChildShards": children});
    let mut payload = Vec::new();
    match content_type {
        CONTENT_TYPE_CBOR => ciborium::into_writer(&event, &mut payload).ok()?,
        _ => serde_json::to_writer(&mut payload, &event).ok()?,
    }
    Some(encode_subscribe_event(&payload, content_type))
}

fn parents(shard: &Shard) -> Vec<&str> {
    [&shard.parent_shard_id, &shard.adjacent_parent_shard_id]
        .into_iter()
        .filter_map(|parent| parent.as_deref())
        .collect()
}
