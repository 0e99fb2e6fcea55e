//! Proxies that connect to the port that is asked for on loopback, whatever the name: what comes through them could
//! not have come by itself, since nobody resolves such names.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

use super::Outcome;
use super::relay::pump;

/// What clients have asked a proxy for, each in one line.
#[derive(Clone, Default)]
pub struct Asked(Arc<Mutex<Vec<String>>>);

impl Asked {
    fn add(&self, line: String) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(line);
    }

    /// All so far, which are then forgotten.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// How a client says where it wants to go.
#[derive(Clone, Copy)]
pub enum Manner {
    /// `CONNECT`
    Http,
    /// SOCKS 5 without a login.
    Socks,
}

/// Serves until the process ends; gives the port.
pub fn proxy(manner: Manner) -> Outcome<(u16, Asked)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    let asked = Asked::default();
    let kept = asked.clone();
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let asked = kept.clone();
            std::thread::spawn(move || match manner {
                Manner::Http => connect(client, &asked),
                Manner::Socks => socks(client, &asked),
            });
        }
    });
    Ok((port, asked))
}

fn connect(mut client: TcpStream, asked: &Asked) -> Option<()> {
    let mut reader = BufReader::new(client.try_clone().ok()?);
    let mut head = String::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? <= 2 {
            break;
        }
        head.push_str(&line);
    }
    let target = head.strip_prefix("CONNECT ")?.split(' ').next()?;
    let port = target.rsplit_once(':')?.1.parse().ok()?;
    asked.add(head.replace("\r\n", " "));
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").ok()?;
    both_ways(client, port)
}

fn socks(mut client: TcpStream, asked: &Asked) -> Option<()> {
    let mut take = |length: usize| {
        let mut bytes = vec![0; length];
        client.read_exact(&mut bytes).ok()?;
        Some(bytes)
    };
    let methods = take(2)?[1];
    take(methods.into())?;
    (&client).write_all(&[5, 0]).ok()?;
    let mut take = |length: usize| {
        let mut bytes = vec![0; length];
        client.read_exact(&mut bytes).ok()?;
        Some(bytes)
    };
    let host = match take(4)?[3] {
        3 => {
            let length = take(1)?[0];
            String::from_utf8(take(length.into())?).ok()?
        }
        1 => format!("{:?}", take(4)?),
        _ => return None,
    };
    let port = take(2)?;
    let port = u16::from_be_bytes([port[0], port[1]]);
    asked.add(format!("{host}:{port}"));
    client.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).ok()?;
    both_ways(client, port)
}

fn both_ways(client: TcpStream, port: u16) -> Option<()> {
    let server = TcpStream::connect(("127.0.0.1", port)).ok()?;
    let (client2, server2) = (client.try_clone().ok()?, server.try_clone().ok()?);
    std::thread::spawn(move || pump(client2, server2, |_| {}));
    pump(server, client, |_| {});
    Some(())
}
