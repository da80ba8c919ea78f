//! An S3 in this process, over a directory: the protocol is real, the buckets are folders. For the local Athena and the tests.

use std::io;
use std::path::{Path, PathBuf};

use connector_core::{Error, Result};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::config::Aws;

/// Under which a client signs.
pub const ACCESS_KEY: &str = "glaux-local";

/// Guards nothing: the server listens on the loopback interface of this machine only, and who started it knows no other.
const SECRET_KEY: &str = "glaux-local-only";

/// A server that stops when dropped; what it stored stays in its directory.
pub struct S3Server {
    directory: PathBuf,
    endpoint: String,
    secret_key: String,
    /// Dropping the set ends the accepting task, and with it every connection.
    _serving: JoinSet<()>,
}

impl S3Server {
    /// Serves the folders of `directory`, which must exist, on a free port.
    pub async fn start(directory: &Path) -> Result<Self> {
        Self::guarded(directory, SECRET_KEY).await
    }

    /// The same, for those who know `secret_key`.
    pub async fn guarded(directory: &Path, secret_key: &str) -> Result<Self> {
        let failed = |error: io::Error| Error::internal(format!("starting the local S3: {error}")).with_source(error);
        let files = s3s_fs::FileSystem::new(directory)
            .map_err(|error| Error::invalid(format!("serving {} as S3: {error:?}", directory.display())))?;
        let mut service = S3ServiceBuilder::new(files);
        service.set_auth(SimpleAuth::from_single(ACCESS_KEY, secret_key));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(failed)?;
        let endpoint = format!("http://{}", listener.local_addr().map_err(failed)?);
        let mut serving = JoinSet::new();
        serving.spawn(accept(listener, service.build()));
        Ok(Self { directory: directory.to_owned(), endpoint, secret_key: secret_key.to_owned(), _serving: serving })
    }

    /// Where it listens.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// How to reach it.
    pub fn aws(&self) -> Aws {
        Aws::at(&self.endpoint, ACCESS_KEY, &self.secret_key)
    }

    /// How a Lambda in a process of its own reaches it: variables that AWS's SDK reads.
    pub fn environment(&self) -> Vec<(String, String)> {
        let variables = [
            ("AWS_ENDPOINT_URL_S3", self.endpoint.as_str()),
            ("AWS_ACCESS_KEY_ID", ACCESS_KEY),
            ("AWS_SECRET_ACCESS_KEY", self.secret_key.as_str()),
            ("AWS_REGION", "us-east-1"),
        ];
        variables.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
    }

    /// Makes a bucket, if it is not there yet.
    pub fn create_bucket(&self, name: &str) -> Result<()> {
        let path = self.directory.join(name);
        std::fs::create_dir_all(&path)
            .map_err(|error| Error::internal(format!("making bucket {}: {error}", path.display())).with_source(error))
    }
}

async fn accept(listener: TcpListener, service: S3Service) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((socket, _)) = listener.accept().await else {
            // Out of file descriptors, most likely: asking again at once would only burn the processor.
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            continue;
        };
        let service = service.clone();
        connections.spawn(async move {
            // A client that hangs up in the middle is no failure of the server's.
            let _ = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(socket), service).await;
        });
        while connections.try_join_next().is_some() {}
    }
}
