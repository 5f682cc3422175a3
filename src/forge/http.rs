//! The one file that talks to a forge: sends a request with its token over TLS, brings the answer, follows nothing.

use std::sync::Arc;
use std::time::Duration;

use ureq::http::{self, HeaderValue};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Error, Proxy};

use super::address::Api;
use super::client::Carrier;
use super::failure::{CarryError, clean};
use super::{Access, Answer, Request};
use crate::secret::Secret;

/// How large an answer may be: fifty requests with long texts are less.
const MAX_ANSWER: u64 = 8 * 1024 * 1024;
/// How large an answer's headers may be.
const MAX_HEADERS: usize = 64 * 1024;
/// Who asks.
const USER_AGENT: &str = concat!("hhgit/", env!("CARGO_PKG_VERSION"));

/// How long a forge may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Until a connection stands, TLS included.
    pub connect: Duration,
    /// Between two bytes.
    pub read: Duration,
    /// For all of one request.
    pub total: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { connect: seconds(10), read: seconds(30), total: seconds(60) }
    }
}

/// A carrier by HTTP to one API.
pub struct Http {
    agent: Agent,
    api: Api,
    /// The header that the token goes into, and what stands before it there.
    credential: (&'static str, &'static str),
    token: Secret,
}

impl Http {
    /// A carrier to where this access leads, with its token.
    pub fn new(access: &Access, timeouts: Timeouts) -> Self {
        let (name, before) = access.project.kind.credential();
        let api = access.project.api.clone();
        let agent = agent(&api, timeouts);
        Self { agent, api, credential: (name, before), token: access.token.clone() }
    }
}

impl std::fmt::Debug for Http {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Http").field("api", &self.api).finish_non_exhaustive()
    }
}

fn agent(api: &Api, timeouts: Timeouts) -> Agent {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = TlsConfig::builder()
        .unversioned_rustls_crypto_provider(provider)
        .root_certs(RootCerts::PlatformVerifier)
        .build();
    // What goes to this very machine goes to no proxy: it would carry the token in the open.
    let proxy = if api.origin().is_loopback() { None } else { Proxy::try_from_env() };
    let config = Agent::config_builder()
        .tls_config(tls)
        .proxy(proxy)
        .https_only(!api.origin().is_loopback())
        .http_status_as_error(false)
        .max_redirects(0)
        .max_idle_connections(0)
        .max_response_header_size(MAX_HEADERS)
        .timeout_connect(Some(timeouts.connect))
        .timeout_per_read(Some(timeouts.read))
        .timeout_per_write(Some(timeouts.read))
        .timeout_global(Some(timeouts.total))
        .user_agent(USER_AGENT)
        .build();
    Agent::new_with_config(config)
}

impl Carrier for Http {
    fn carry(&mut self, request: &Request) -> Result<Answer, CarryError> {
        // Held here too, so that no fault elsewhere can send the token to another server.
        if !request.url.starts_with(&format!("{}/", self.api)) {
            return Err(CarryError::Unsendable { why: "it leads away from the API".to_owned() });
        }
        let (name, before) = self.credential;
        let bad = |_| CarryError::Unsendable { why: "the token holds characters that no token has".to_owned() };
        let mut credential = HeaderValue::from_str(&format!("{before}{}", self.token.expose())).map_err(bad)?;
        credential.set_sensitive(true);
        let mut building = http::Request::builder().method(request.method.as_str()).uri(&request.url);
        building = building.header(name, credential);
        for (name, value) in &request.headers {
            building = building.header(*name, *value);
        }
        let unsendable = |error: http::Error| CarryError::Unsendable { why: error.to_string() };
        let response = match &request.body {
            Some(body) => self.agent.run(building.body(body.as_str()).map_err(unsendable)?),
            None => self.agent.run(building.body(()).map_err(unsendable)?),
        };
        self.read(response.map_err(carry_error)?)
    }
}

impl Http {
    fn read(&self, response: http::Response<ureq::Body>) -> Result<Answer, CarryError> {
        let status = response.status().as_u16();
        let text = |value: &HeaderValue| self.scrub(value.as_bytes());
        let headers = response.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
        let body = response.into_body().with_config().limit(MAX_ANSWER).read_to_vec().map_err(carry_error)?;
        Ok(Answer { status, headers, body: self.scrub(&body).into_bytes() })
    }

    /// What a server said, without the token, which some servers show to whoever sent it.
    fn scrub(&self, bytes: &[u8]) -> String {
        String::from_utf8_lossy(bytes).replace(self.token.expose(), "***")
    }
}

fn carry_error(error: Error) -> CarryError {
    let why = |error: &dyn std::fmt::Display| clean(&error.to_string());
    match error {
        Error::Timeout(stage) => CarryError::Slow { stage: why(&stage) },
        Error::BodyExceedsLimit(most) => CarryError::TooLarge { most },
        Error::LargeResponseHeader(_, most) => CarryError::TooLarge { most: u64::try_from(most).unwrap_or(u64::MAX) },
        Error::Rustls(error) => CarryError::Untrusted { why: why(&error) },
        Error::Tls(error) => CarryError::Untrusted { why: why(&error) },
        Error::Io(error) => match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            Some(error) => CarryError::Untrusted { why: why(error) },
            None if error.kind() == std::io::ErrorKind::TimedOut => CarryError::Slow { stage: why(&error) },
            None => CarryError::Lost { why: why(&error) },
        },
        Error::BadUri(_) | Error::Http(_) | Error::InvalidProxyUrl | Error::RequireHttpsOnly(_) => {
            CarryError::Unsendable { why: why(&error) }
        }
        error => CarryError::Lost { why: why(&error) },
    }
}
