//! A folder behind HTTP on loopback, as downloads are published.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};

use super::Outcome;

/// Serves the files of a folder, by their names under whatever path, until the process ends; gives the port.
pub fn serve(folder: &Path) -> Outcome<u16> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    let folder = folder.to_path_buf();
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let folder = folder.clone();
            // A client that goes away costs only its own answer.
            std::thread::spawn(move || answer(client, folder).is_ok());
        }
    });
    Ok(port)
}

fn answer(mut client: TcpStream, folder: PathBuf) -> Outcome<()> {
    let mut lines = BufReader::new(client.try_clone()?).lines();
    let request = lines.next().ok_or("a connection without a request")??;
    // The rest of the head: bytes that nobody read would reset the connection as it closes.
    while !lines.next().transpose()?.unwrap_or_default().is_empty() {}
    let path = request.split(' ').nth(1).unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    let (status, body) = match std::fs::read(folder.join(name)) {
        Ok(body) => ("200 OK", body),
        Err(_) => ("404 Not Found", Vec::new()),
    };
    write!(
        client,
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    )?;
    client.write_all(&body)?;
    Ok(())
}
