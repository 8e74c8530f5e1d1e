//! `serve health`: asks a running service whether it is up, for health checks in images without curl.

use std::io::{Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use clap::Args;

use super::{Exit, Io, complain};

/// How long connecting, sending and each read may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// More than any status line has.
const LONGEST_HEAD: u64 = 1024;

/// Asks a running service whether it is up: exit 0 where it is, else 1 with the reason.
///
/// This is the health check of the service's container.
#[derive(Debug, Args)]
pub(super) struct HealthArgs {
    /// What is asked.
    #[arg(value_name = "URL", default_value = "http://127.0.0.1:8642/healthz")]
    url: String,
}

/// Asks the service.
pub(super) fn run(args: &HealthArgs, io: &mut Io) -> Exit {
    let Some((authority, path)) = parts(&args.url) else {
        complain(
            io,
            "error: only an http:// URL of a host and a path can be asked, such as http://127.0.0.1:8642/healthz; with TLS ask it by another program\n",
        );
        return Exit::Failed;
    };
    match status(authority, path) {
        Ok(200) => Exit::Clean,
        Ok(status) => {
            complain(io, &format!("not healthy: {authority} answers with the status {status}\n"));
            Exit::Pending
        }
        Err(reason) => {
            complain(io, &format!("not healthy: {authority}: {reason}\n"));
            Exit::Pending
        }
    }
}

/// Gives a URL's host with its port, and its path; nothing where it has anything else.
fn parts(url: &str) -> Option<(&str, &str)> {
    let rest = url.strip_prefix("http://")?;
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
    let is_host = !authority.is_empty() && !authority.contains(['@', '?', '#']);
    (is_host && is_plain(rest)).then_some((authority, if path.is_empty() { "/" } else { path }))
}

/// Asks for a path, and gives the answer's status.
fn status(authority: &str, path: &str) -> Result<u16, String> {
    let is_with_port = authority.rsplit_once(':').is_some_and(|(_, port)| !port.contains(']'));
    let with_port = if is_with_port { authority.to_owned() } else { format!("{authority}:80") };
    let address = with_port.to_socket_addrs().map_err(|error| error.to_string())?.next();
    let address = address.ok_or("the host has no address")?;
    let ask = || -> std::io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        // As a whole: each write is a packet of its own.
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes())?;
        let mut head = Vec::new();
        stream.take(LONGEST_HEAD).read_to_end(&mut head)?;
        Ok(head)
    };
    let head = ask().map_err(|error| error.to_string())?;
    let head = String::from_utf8_lossy(&head);
    let mut words = head.lines().next().unwrap_or_default().split(' ');
    let is_http = words.next().is_some_and(|version| version.starts_with("HTTP/1."));
    let status = words.next().filter(|_| is_http).and_then(|status| status.parse().ok());
    status.ok_or_else(|| "what answers speaks no HTTP".to_owned())
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;
    use std::time::SystemTime;

    use super::*;

    #[test]
    fn only_plain_urls_are_asked() {
        for (url, expected) in [
            ("http://127.0.0.1:8642/healthz", Some(("127.0.0.1:8642", "/healthz"))),
            ("http://[::1]:8642", Some(("[::1]:8642", "/"))),
            ("https://127.0.0.1/healthz", None),
            ("http://user@host/", None),
            ("http:///healthz", None),
            ("http://host/a b", None),
            ("http://host/\r\nX: y", None),
        ] {
            assert_eq!(parts(url), expected, "{url}");
        }
    }

    /// Asks a listener that answers once with a text.
    fn asked(answer: &'static str) -> (Exit, String) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/healthz", listener.local_addr().unwrap());
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 512];
            let length = stream.read(&mut request).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
            String::from_utf8_lossy(&request[..length]).into_owned()
        });
        let told = told(&url);
        assert!(server.join().unwrap().starts_with("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:"));
        told
    }

    fn told(url: &str) -> (Exit, String) {
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let mut io = Io::new("/".into(), &mut stdout, &mut stderr, SystemTime::UNIX_EPOCH);
        let exit = run(&HealthArgs { url: url.to_owned() }, &mut io);
        drop(io);
        (exit, String::from_utf8(stderr).unwrap())
    }

    #[test]
    fn only_an_answer_of_success_is_healthy() {
        assert_eq!(asked("HTTP/1.1 200 OK\r\n\r\n"), (Exit::Clean, String::new()));
        let (exit, message) = asked("HTTP/1.1 503 Service Unavailable\r\n\r\n");
        assert_eq!(exit, Exit::Pending);
        assert!(message.contains("the status 503"), "{message}");
        let (exit, message) = asked("220 mail.example.org ESMTP\r\n");
        assert_eq!(exit, Exit::Pending);
        assert!(message.contains("speaks no HTTP"), "{message}");
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let (exit, message) = told(&format!("http://{free}/healthz"));
        assert_eq!(exit, Exit::Pending);
        assert!(message.contains("refused"), "{message}");
        assert_eq!(told("https://127.0.0.1/").0, Exit::Failed);
    }
}
