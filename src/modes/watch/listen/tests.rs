//! Real connections to a listener, polite and hostile: each gets its answer or its end, and none holds up another.

use super::*;

fn listener() -> Listener {
    let pages: Arc<Pages> = Arc::new(|path: &str| match path {
        "/metrics" => Some(Page { is_good: true, content_type: "text/plain", body: b"a 1\n".to_vec() }),
        "/healthz" => Some(Page { is_good: false, content_type: "text/plain", body: b"stuck\n".to_vec() }),
        _ => None,
    });
    Listener::start(SocketAddr::from(([127, 0, 0, 1], 0)), pages).expect("a free port")
}

/// Sends these bytes and answers all that comes back.
fn sent(listener: &Listener, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(listener.address()).expect("it listens");
    stream.write_all(bytes).expect("it reads");
    let mut answer = Vec::new();
    // Whoever sends more than is read may lose the end of the answer, but never its beginning.
    drop(stream.read_to_end(&mut answer));
    String::from_utf8(answer).expect("text")
}

fn status(answer: &str) -> &str {
    answer.lines().next().unwrap_or("nothing")
}

#[test]
fn a_page_is_answered_whole_with_its_length_and_its_kind() {
    let answer = sent(&listener(), b"GET /metrics?x=y HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let expected = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 4\r\nX-Content-Type-Options: nosniff\r\n\
                    Cache-Control: no-store\r\nConnection: close\r\n\r\na 1\n";
    assert_eq!(answer, expected);
}

#[test]
fn what_is_not_there_or_not_asked_for_is_refused() {
    let listener = listener();
    for (request, expected) in [
        (&b"GET /healthz HTTP/1.0\r\n\r\n"[..], "HTTP/1.1 503 Service Unavailable"),
        (b"GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 404 Not Found"),
        (b"GET /metrics/../healthz HTTP/1.1\r\n\r\n", "HTTP/1.1 404 Not Found"),
        (b"POST /metrics HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", "HTTP/1.1 405 Method Not Allowed"),
        (b"HEAD /metrics HTTP/1.1\r\n\r\n", "HTTP/1.1 405 Method Not Allowed"),
        (b"GET http://other/metrics HTTP/1.1\r\n\r\n", "HTTP/1.1 400 Bad Request"),
        (b"GET /metrics\r\n\r\n", "HTTP/1.1 400 Bad Request"),
        (b"PRI * HTTP/2.0\r\n\r\n", "HTTP/1.1 400 Bad Request"),
        (b"\x16\x03\x01\x02\n\n", "HTTP/1.1 400 Bad Request"),
        (b"\r\n\r\n", "HTTP/1.1 400 Bad Request"),
    ] {
        assert_eq!(status(&sent(&listener, request)), expected, "{:?}", String::from_utf8_lossy(request));
    }
}

#[test]
fn a_request_without_end_is_not_read_to_its_end() {
    let mut endless = b"GET /metrics HTTP/1.1\r\nX: ".to_vec();
    endless.resize(LONGEST + 1000, b'a');
    assert_eq!(status(&sent(&listener(), &endless)), "HTTP/1.1 431 Request Header Fields Too Large");
}

#[test]
fn whoever_sends_nothing_is_left_after_a_while_and_holds_up_nobody() {
    let listener = listener();
    let idle: Vec<TcpStream> = (0..MOST / 2).map(|_| TcpStream::connect(listener.address()).expect("taken")).collect();
    let began = Instant::now();
    assert_eq!(status(&sent(&listener, b"GET /metrics HTTP/1.1\r\n\r\n")), "HTTP/1.1 200 OK");
    assert!(began.elapsed() < PATIENCE, "the idle were waited for");
    for mut stream in idle {
        let mut rest = Vec::new();
        drop(stream.read_to_end(&mut rest));
        assert_eq!(rest, b"");
    }
    assert!(began.elapsed() < PATIENCE * 4, "the idle were held");
}

#[test]
fn when_too_many_are_there_whoever_has_been_there_longest_goes() {
    let listener = listener();
    let mut many = Vec::new();
    for _ in 0..MOST * 2 {
        let mut stream = TcpStream::connect(listener.address()).expect("taken");
        stream.write_all(b"G").expect("sent");
        many.push(stream);
    }
    let began = Instant::now();
    for _ in 0..MOST / 2 {
        assert_eq!(status(&sent(&listener, b"GET /metrics HTTP/1.1\r\n\r\n")), "HTTP/1.1 200 OK");
    }
    assert!(began.elapsed() < PATIENCE, "the many were waited for");
}

#[test]
fn what_is_sent_after_the_answer_is_not_read_without_end() {
    let listener = listener();
    let mut stream = TcpStream::connect(listener.address()).expect("it listens");
    stream.write_all(b"GET /metrics HTTP/1.1\r\n\r\n").expect("it reads");
    let (more, mut total) = ([b'x'; 64 * 1024], 0);
    // What the system itself takes in between is some megabytes at most.
    while total < 64 << 20 && stream.write_all(&more).is_ok() {
        total += more.len();
    }
    assert!(total < 64 << 20, "all was read");
}

#[test]
fn a_listener_that_is_dropped_gives_its_port_back() {
    let listener = listener();
    let address = listener.address();
    drop(listener);
    TcpListener::bind(address).expect("the port is free again");
}
