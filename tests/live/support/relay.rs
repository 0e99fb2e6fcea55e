//! What stands between a client and its server: a relay that tells when enough has passed, and members that are silent.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::Outcome;

/// Called with the bytes that the server has sent so far, before they go on.
pub type Told = dyn Fn(usize) + Send + Sync;

/// Relays every connection to a loopback port until the process ends; gives its own port.
pub fn relay(to: u16, told: Arc<Told>) -> Outcome<u16> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    let sent = Arc::new(AtomicUsize::new(0));
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let Ok(server) = TcpStream::connect(("127.0.0.1", to)) else {
                continue;
            };
            let (Ok(client2), Ok(server2)) = (client.try_clone(), server.try_clone()) else {
                continue;
            };
            std::thread::spawn(move || pump(client2, server2, |_| {}));
            let (told, sent) = (Arc::clone(&told), Arc::clone(&sent));
            std::thread::spawn(move || {
                pump(server, client, |bytes| {
                    told(sent.fetch_add(bytes, Ordering::SeqCst) + bytes)
                });
            });
        }
    });
    Ok(port)
}

/// Passes bytes on until one side ends.
pub(super) fn pump(mut from: TcpStream, mut to: TcpStream, passed: impl Fn(usize)) {
    let mut buffer = vec![0; 64 << 10];
    while let Ok(read) = from.read(&mut buffer) {
        passed(read);
        if read == 0 || to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}

/// A port that takes connections and never says anything.
pub fn silent() -> Outcome<u16> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    std::thread::spawn(move || {
        let taken: Vec<_> = listener.incoming().collect();
        drop(taken);
    });
    Ok(port)
}
