//! Refuses web pages: a page in the developer's browser can send requests to any local port.

use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Lets clients of this machine through. A foreign host name may resolve to 127.0.0.1 (DNS
/// rebinding), and browsers mark what a page sends with `Origin` or `Sec-Fetch-Site`.
pub async fn programs_only(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    // HTTP/2 has the host in the address.
    let host = request.uri().authority().map(|authority| authority.as_str());
    let host = host.or_else(|| text(header::HOST.as_str())).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _port)| name);
    let by_page = headers.contains_key(header::ORIGIN)
        || text("sec-fetch-site").is_some_and(|site| site != "none");
    if by_page || !["127.0.0.1", "localhost"].contains(&name) {
        return (StatusCode::FORBIDDEN, "web pages and other host names are refused\n")
            .into_response();
    }
    next.run(request).await
}
