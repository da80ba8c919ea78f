//! `glaux serve`: the local Athena for other tools, until Ctrl-C.

use std::net::SocketAddr;
use std::path::Path;

use connector_core::{Error, Result};
use tempfile::TempDir;

use super::ServeArguments;
use super::output::{Done, Output};
use super::session::{Defaults, Session, settings};
use super::signal::Shell;
use crate::config;
use crate::local::s3::ACCESS_KEY;
use crate::local::serve::{Listening, Server, Tls, Token};

/// Shown below the help of the command.
pub const HELP: &str = "\
Every call must show the token: as a bearer's, as the password of any user, or, to the Invoke API, as the secret key of AWS's
signature. It is never taken from the command line, where other users of the machine could read it. Only /healthz and /metrics
are open. Queries that write are refused. Each query is a line on stderr: rows, bytes, splits, conditions pushed down and kept.

  GLAUX_TOKEN=$(openssl rand -hex 32) glaux serve --config glaux.toml --ca-file glaux-ca.pem";

/// What is logged without -v: a line for each query, and what goes wrong.
pub const LOGGED: &str = "warn,glaux::local::serve=info";

/// The function's name at the Invoke API.
const FUNCTION: &str = "glaux";

/// Runs the command.
pub async fn run(arguments: ServeArguments, file: Option<&Path>, output: &mut Output) -> Done {
    let (token, origin) = token(arguments.token_file.as_deref())?;
    let text = token.text().to_owned();
    let defaults = Defaults { catalog: arguments.catalog.clone(), schema: arguments.schema.clone() };
    let session = Session::shared(settings(file).await?, defaults, &text).await?;
    let (tls, folder) = tls(&arguments)?;
    let authority = match &tls {
        Tls::Made { authority } => Some(authority.clone()),
        _ => None,
    };
    let is_private = tls != Tls::Plaintext;
    let http = (!arguments.no_http).then_some(arguments.http);
    let listening = Listening { flight: arguments.listen, http, tls, token };
    let functions = [(FUNCTION.to_owned(), session.function.clone())].into();
    let server = Server::start(session.athena.clone(), functions, listening).await?;
    let told = Told {
        catalogs: session.athena.catalogs(),
        flight: server.flight,
        is_private,
        authority: authority.as_deref(),
        http: server.http,
        s3: session.s3(),
        token: origin.unwrap_or(&text),
    };
    output.data(&told.text())?;
    output.flush()?;
    // From here on Ctrl-C is how it is meant to end.
    let _shell = Shell::enter();
    tokio::signal::ctrl_c().await.map_err(|error| Error::internal(format!("listening for Ctrl-C: {error}")))?;
    server.stop().await;
    drop(folder);
    output.note("stopped");
    Ok(())
}

/// The token, and what stands for it where it was given and need not be said.
fn token(file: Option<&Path>) -> Result<(Token, Option<&'static str>)> {
    match (file, config::token()) {
        (Some(_), Some(_)) => Err(Error::invalid("the token is given twice, by --token-file and by GLAUX_TOKEN")
            .hint("leave one of them out")),
        (Some(file), None) => {
            let text = std::fs::read_to_string(file).map_err(|error| {
                Error::invalid(format!("reading the token from {} failed: {error}", file.display()))
            })?;
            Ok((Token::given(&text, &file.display().to_string())?, Some("that of --token-file")))
        }
        (None, Some(text)) => Ok((Token::given(&text, "GLAUX_TOKEN")?, Some("that of GLAUX_TOKEN"))),
        (None, None) => Ok((Token::random()?, None)),
    }
}

/// How the wire is kept private; and the folder of a CA that is kept for this run only.
fn tls(arguments: &ServeArguments) -> Result<(Tls, Option<TempDir>)> {
    if arguments.plaintext {
        return Ok((Tls::Plaintext, None));
    }
    if let (Some(certificate), Some(key)) = (&arguments.cert, &arguments.key) {
        return Ok((Tls::Given { certificate: certificate.clone(), key: key.clone() }, None));
    }
    if let Some(file) = &arguments.ca_file {
        let authority = std::path::absolute(file)
            .map_err(|error| Error::invalid(format!("--ca-file {} is no path: {error}", file.display())))?;
        return Ok((Tls::Made { authority }, None));
    }
    let folder = tempfile::Builder::new().prefix("glaux-serve-").tempdir();
    let folder = folder.map_err(|error| Error::internal("making a directory for the CA").with_source(error))?;
    Ok((Tls::Made { authority: folder.path().join("ca.pem") }, Some(folder)))
}

/// What is said at the start.
struct Told<'t> {
    catalogs: Vec<String>,
    flight: SocketAddr,
    is_private: bool,
    authority: Option<&'t Path>,
    http: Option<SocketAddr>,
    s3: Option<&'t str>,
    token: &'t str,
}

impl Told<'_> {
    fn text(&self) -> String {
        let mut text = format!(
            "glaux serves {}. Ctrl-C ends it.\n\nFlight SQL  {}\ntoken       {}\n",
            self.catalogs.join(", "),
            self.flight,
            self.token
        );
        if let Some(authority) = self.authority {
            text += &format!("CA          {}\n", authority.display());
        }
        text += &format!("ADBC        {}\nJDBC        {}\n", self.adbc(), self.jdbc());
        if let Some(http) = self.http {
            text += &format!(
                "Lambda      {}\nhealth      http://{http}/healthz\nmetrics     http://{http}/metrics\n",
                self.lambda(http)
            );
        }
        text
    }

    /// A line of Python.
    fn adbc(&self) -> String {
        let scheme = if self.is_private { "grpc+tls" } else { "grpc" };
        let roots = self.authority.map(|path| {
            format!(", \"adbc.flight.sql.client_option.tls_root_certs\": open({:?}).read()", path.display().to_string())
        });
        format!(
            "adbc_driver_flightsql.dbapi.connect(\"{scheme}://{}\", db_kwargs={{\"username\": \"glaux\", \"password\": TOKEN{}}}, autocommit=True)",
            self.reachable(),
            roots.unwrap_or_default()
        )
    }

    fn jdbc(&self) -> String {
        let roots = self.authority.map(|path| format!("&tlsRootCerts={}", path.display()));
        let roots = roots.unwrap_or_default();
        format!(
            "jdbc:arrow-flight-sql://{}/?useEncryption={}{roots}&user=glaux&password=TOKEN",
            self.reachable(),
            self.is_private
        )
    }

    /// The variables with which AWS's tools call the function and read what it spills.
    fn lambda(&self, http: SocketAddr) -> String {
        let s3 = self.s3.map(|s3| format!(" AWS_ENDPOINT_URL_S3={s3}")).unwrap_or_default();
        format!(
            "AWS_ENDPOINT_URL_LAMBDA=http://{http}{s3} AWS_ACCESS_KEY_ID={ACCESS_KEY} AWS_SECRET_ACCESS_KEY=TOKEN AWS_REGION=us-east-1; the function is {FUNCTION}"
        )
    }

    /// An address that a client on this machine can use.
    fn reachable(&self) -> SocketAddr {
        let mut address = self.flight;
        if address.ip().is_unspecified() {
            address.set_ip(if address.is_ipv4() {
                [127, 0, 0, 1].into()
            } else {
                std::net::Ipv6Addr::LOCALHOST.into()
            });
        }
        address
    }
}
