//! The least HTTP client that etcd's JSON gateway needs: one POST, one answer, no TLS.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

use super::Outcome;

/// Whether an etcd says that it is healthy, on its port for metrics, which speaks no TLS.
pub fn is_healthy(port: u16) -> bool {
    let ask = || -> Outcome<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        write!(stream, "GET /health HTTP/1.0\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.contains(" 200 "))
}

/// Posts JSON to a loopback port and reads JSON back; any status but 200 is an error with the body.
///
/// HTTP/1.0, so that the server neither chunks nor keeps the connection.
pub fn post(port: u16, path: &str, body: &Value) -> Outcome<Value> {
    let body = serde_json::to_vec(body)?;
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let head = format!(
        "POST {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(&body)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;

    let end = answer
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .ok_or("an answer without headers")?;
    let (head, body) = (
        String::from_utf8_lossy(&answer[..end]).into_owned(),
        &answer[end + 4..],
    );
    let status = head.split(' ').nth(1).unwrap_or_default();
    if status != "200" {
        return Err(format!("etcd {path}: {status} {}", String::from_utf8_lossy(body)).into());
    }
    Ok(serde_json::from_slice(body)?)
}
