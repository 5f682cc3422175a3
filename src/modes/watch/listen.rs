//! A listener for a few small pages over HTTP, for whoever scrapes or probes; those who ask are not trusted, and cannot hold up
//! anything but their own connection: what is read, how long it may take and how many may ask at once all have an end.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

/// How long one connection may take, from its beginning to its end.
const PATIENCE: Duration = Duration::from_secs(if cfg!(test) { 1 } else { 5 });
/// The longest request, headers included.
const LONGEST: usize = 8 * 1024;
/// How many connections are held at once; whoever comes then takes the place of the one that has been there longest.
const MOST: usize = 64;
/// How much is read after the answer, and for how long.
const REST: usize = 64 * 1024;
const REST_PATIENCE: Duration = Duration::from_secs(1);
/// How long to wait before the next connection is taken after one could not be, for want of file handles.
const PAUSE: Duration = Duration::from_millis(100);
/// The stack of a connection's thread, which does little.
const STACK: usize = 256 * 1024;

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Page {
    /// Whether all is well; a page that says otherwise is still a page.
    pub(super) is_good: bool,
    /// What kind of text it is.
    pub(super) content_type: &'static str,
    /// The text.
    pub(super) body: Vec<u8>,
}

/// What is at a path; none where there is nothing.
pub(super) type Pages = dyn Fn(&str) -> Option<Page> + Send + Sync;

/// A listener, until it is dropped.
#[derive(Debug)]
pub(super) struct Listener {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Listener {
    /// Listens at this address; at port 0, wherever there is room.
    pub(super) fn start(address: SocketAddr, pages: Arc<Pages>) -> io::Result<Self> {
        let socket = TcpListener::bind(address)?;
        let address = socket.local_addr()?;
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = Builder::new().name("metrics".to_owned()).spawn(move || take_all(&socket, &pages, &stopped))?;
        Ok(Self { address, stop, thread: Some(thread) })
    }

    /// Where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // The thread waits for the next connection; it gets one.
        let woken = TcpStream::connect_timeout(&self.address, PAUSE).is_ok();
        if let Some(thread) = self.thread.take().filter(|_| woken) {
            drop(thread.join());
        }
    }
}

fn take_all(socket: &TcpListener, pages: &Arc<Pages>, stop: &AtomicBool) {
    let held = Held::default();
    for number in 0.. {
        if stop.load(Ordering::SeqCst) {
            return;
        }
        let Ok((stream, _)) = socket.accept() else {
            std::thread::sleep(PAUSE);
            continue;
        };
        let Ok(room) = Room::make(&held, number, &stream) else { continue };
        let pages = Arc::clone(pages);
        // Where no thread can be had, the connection is closed.
        let thread = Builder::new().stack_size(STACK).spawn(move || {
            drop(Connection { stream, until: Instant::now() + PATIENCE }.serve(&*pages));
            drop(room);
        });
        drop(thread);
    }
}

/// The connections that are held, in the order they came.
type Held = Arc<Mutex<BTreeMap<u64, TcpStream>>>;

/// One connection's room among those held.
struct Room {
    held: Held,
    number: u64,
}

impl Room {
    /// Makes room for this one; where too many are held, whoever came first goes: it has had the most time.
    fn make(held: &Held, number: u64, stream: &TcpStream) -> io::Result<Self> {
        let copy = stream.try_clone()?;
        let mut all = held.lock().unwrap_or_else(PoisonError::into_inner);
        while all.len() >= MOST {
            // One that is gone already needs no end.
            drop(all.pop_first().map(|(_, oldest)| oldest.shutdown(Shutdown::Both)));
        }
        all.insert(number, copy);
        Ok(Self { held: Arc::clone(held), number })
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        drop(self.held.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.number));
    }
}

/// One connection, and when it ends at the latest.
struct Connection {
    stream: TcpStream,
    until: Instant,
}

/// What a request asks for.
#[derive(Debug, PartialEq, Eq)]
enum Request {
    Get(String),
    OtherMethod,
    TooLong,
    Nonsense,
}

impl Connection {
    fn serve(mut self, pages: &Pages) -> io::Result<()> {
        let request = self.request()?;
        let page = match &request {
            Request::Get(path) => pages(path),
            _ => None,
        };
        let (status, allow) = match (&request, &page) {
            (Request::Get(_), Some(page)) if page.is_good => ("200 OK", ""),
            (Request::Get(_), Some(_)) => ("503 Service Unavailable", ""),
            (Request::Get(_), None) => ("404 Not Found", ""),
            (Request::OtherMethod, _) => ("405 Method Not Allowed", "Allow: GET\r\n"),
            (Request::TooLong, _) => ("431 Request Header Fields Too Large", ""),
            (Request::Nonsense, _) => ("400 Bad Request", ""),
        };
        let page = page.unwrap_or_else(|| plain(status));
        let head = format!(
            "HTTP/1.1 {status}\r\n{allow}Content-Type: {}\r\nContent-Length: {}\r\nX-Content-Type-Options: nosniff\r\n\
             Cache-Control: no-store\r\nConnection: close\r\n\r\n",
            page.content_type,
            page.body.len()
        );
        self.write(&[head.as_bytes(), &page.body].concat())?;
        self.stream.shutdown(Shutdown::Write)?;
        // What was sent and not read would have the system take back the answer.
        self.until = self.until.min(Instant::now() + REST_PATIENCE);
        let (mut rest, mut left) = ([0; LONGEST], REST);
        while left > 0 {
            match self.read(&mut rest)? {
                0 => break,
                read => left = left.saturating_sub(read),
            }
        }
        Ok(())
    }

    fn request(&mut self) -> io::Result<Request> {
        let mut bytes = Vec::new();
        let mut some = [0; 1024];
        loop {
            let read = self.read(&mut some)?;
            bytes.extend_from_slice(&some[..read]);
            if bytes.windows(4).any(|four| four == b"\r\n\r\n") || bytes.windows(2).any(|two| two == b"\n\n") {
                return Ok(understand(&bytes));
            }
            if bytes.len() > LONGEST {
                return Ok(Request::TooLong);
            }
            if read == 0 {
                return Ok(Request::Nonsense);
            }
        }
    }

    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(self.left()?))?;
        self.stream.read(into)
    }

    fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            self.stream.set_write_timeout(Some(self.left()?))?;
            match self.stream.write(bytes)? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                written => bytes = &bytes[written..],
            }
        }
        Ok(())
    }

    /// How much of its time is left; an error when it is over.
    fn left(&self) -> io::Result<Duration> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(left) }
    }
}

fn plain(status: &str) -> Page {
    Page { is_good: false, content_type: "text/plain; charset=utf-8", body: format!("{status}\n").into_bytes() }
}

/// The request line, which is all that counts.
fn understand(bytes: &[u8]) -> Request {
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let Ok(line) = std::str::from_utf8(line) else { return Request::Nonsense };
    let words: Vec<&str> = line.trim_end_matches('\r').split(' ').collect();
    match words[..] {
        [method, target, version] if version.starts_with("HTTP/1.") && target.starts_with('/') => match method {
            "GET" => Request::Get(target.split(['?', '#']).next().unwrap_or_default().to_owned()),
            _ => Request::OtherMethod,
        },
        _ => Request::Nonsense,
    }
}

#[cfg(test)]
mod tests;
