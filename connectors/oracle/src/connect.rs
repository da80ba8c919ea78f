//! Reaching the server and logging in; the only place that opens the password.
//!
//! Not here: what TLS trusts (`tls.rs`) and how the session is set up (`connection.rs`).

use std::future::Future;
use std::time::Duration;

use connector_core::{Credential, Endpoint, Error, ErrorKind, Result};

use crate::options::Options;
use crate::session::Session;
use crate::tls::{self, Wallet};
use crate::{descriptor, error};

/// Ports of the server unless another is named: in clear, and for TLS.
pub(crate) const PORT: u16 = 1521;
const TLS_PORT: u16 = 2484;

/// How to reach a server: everything but who logs in.
pub(crate) struct Route {
    host: String,
    port: u16,
    descriptor: String,
    options: Options,
}

impl Route {
    /// Errors: invalid, for an endpoint without a host or a service, or a host that no certificate can name.
    pub(crate) fn new(endpoint: &Endpoint, options: &Options) -> Result<Self> {
        let default_port = if options.is_encrypted { TLS_PORT } else { PORT };
        let descriptor = descriptor::of(endpoint, default_port)?;
        if options.is_encrypted {
            endpoint.host.split(',').try_for_each(|host| tls::check_name(host.trim()))?;
        }
        let (host, port) = (endpoint.host.clone(), endpoint.port.unwrap_or(default_port));
        Ok(Self { host, port, descriptor, options: options.clone() })
    }

    fn place(&self) -> String {
        let (host, port) = (&self.host, self.port);
        if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
    }

    /// Logs in on a thread of the session's own.
    pub(crate) async fn login(&self, credential: &Credential) -> Result<Session> {
        let wallet = Wallet::of(&self.options)?;
        let config = self.config(credential, wallet.as_ref())?;
        let is_encrypted = self.options.is_encrypted;
        let log_in = move || {
            // The driver reads the wallet whenever it begins TLS, and may do so twice.
            let _wallet = wallet;
            oracledb::connect(config).map_err(|error| error::from_login(&error, is_encrypted))
        };
        Session::open(log_in, self.options.silence).await
    }

    fn config(&self, credential: &Credential, wallet: Option<&Wallet>) -> Result<oracledb::Config> {
        // The driver repeats what it was given in its errors.
        let unusable = |what: &'static str| move |_| Error::invalid(format!("the driver does not take the {what}"));
        let mut config = oracledb::Config::default()
            .set_credentials(&credential.user, unquoted(credential.password.expose()))
            .set_connect_string(&self.descriptor)
            .map_err(unusable("host, port and service of the connection URL"))?
            .set_program("glaux")
            .map_err(unusable("name of the program"))?
            .set_stmtcachesize(0)
            .set_transport_connect_timeout(self.options.address_timeout);
        if let Some(wallet) = wallet {
            config = config.set_wallet_location(wallet.path().to_string_lossy());
        }
        Ok(config)
    }

    /// All that stands between wanting a session and having one, within `CONNECT_TIMEOUT`. A server that accepts and then stays
    /// silent must not hold the caller for longer than one that does not accept; the driver's thread it may hold.
    pub(crate) async fn entered<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let limit = self.options.login_timeout;
        let entered = within(limit, work).await.unwrap_or_else(|| {
            let seconds = limit.unwrap_or_default().as_secs_f32();
            Err(Error::new(
                ErrorKind::Unavailable,
                format!("there was no session within the {seconds} s of CONNECT_TIMEOUT"),
            )
            .hint(
                "check that host and port lead to an Oracle listener that is up, without TLS for tcp and with it for tcps, and \
                 that routes and security groups let the function in; if it is slow, raise CONNECT_TIMEOUT",
            ))
        });
        entered.map_err(|error| error.context(format!("connecting to {}", self.place())))
    }
}

/// A password as the server has it: in quotes it stands where SQL names it, as AWS's connector gives it to its driver, and none
/// has one inside.
fn unquoted(password: &str) -> &str {
    password.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(password)
}

/// The outcome, unless the limit passes first.
async fn within<T>(limit: Option<Duration>, work: impl Future<Output = T>) -> Option<T> {
    match limit {
        None => Some(work.await),
        Some(limit) => tokio::time::timeout(limit, work).await.ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(url: &str) -> Result<Route> {
        let endpoint = crate::url::endpoint(url)?;
        Route::new(&endpoint, &Options::parse(&endpoint.options)?)
    }

    #[test]
    fn the_port_is_the_protocols_own_unless_one_is_named() {
        for (url, place) in [
            ("jdbc:oracle:thin:@//h/s", "h:1521"),
            ("jdbc:oracle:thin:@tcps://h/s", "h:2484"),
            ("jdbc:oracle:thin:@tcps://h:1/s", "h:1"),
            ("jdbc:oracle:thin:@//[::1]/s", "[::1]:1521"),
        ] {
            assert_eq!(route(url).unwrap().place(), place, "{url}");
        }
        assert!(route("jdbc:oracle:thin:@//h").err().unwrap().to_string().contains("service"));
        assert!(route("jdbc:oracle:thin:@").err().unwrap().to_string().contains("host"));
    }

    #[test]
    fn a_password_in_quotes_is_taken_without_them() {
        assert_eq!((unquoted("\"p w\""), unquoted("p\"w"), unquoted("\"")), ("p w", "p\"w", "\""));
    }

    #[test]
    fn every_descriptor_that_is_made_here_is_one_to_the_driver() {
        for url in [
            "jdbc:oracle:thin:@//h:1/s",
            "jdbc:oracle:thin:@h:1:s",
            "jdbc:oracle:thin:@tcps://a,b:2484/s:dedicated/i?retry_count=2&retry_delay=1",
            "jdbc:oracle:thin:@(DESCRIPTION=(ADDRESS=(PROTOCOL=tcp)(HOST=h)(PORT=1))(CONNECT_DATA=(SID=s)))",
        ] {
            let credential = Credential { user: "u".into(), password: connector_core::Secret::new("p") };
            let config = route(url).unwrap().config(&credential, None).unwrap();
            assert!(config.get_connect_descriptor().contains("(ADDRESS=(PROTOCOL="), "{url}");
        }
    }
}
