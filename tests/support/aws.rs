//! An AWS service as a small real HTTP server: the test says what each request is answered, and reads what came.

#![allow(dead_code, reason = "each test reads its own part of a request")]

use std::sync::{Arc, Mutex};

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use glaux::config::Aws;
use tokio::task::JoinSet;

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: Method,
    pub path: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// What it is answered.
pub enum Answer {
    /// This status and body.
    Say(u16, String),
    /// Nothing, ever.
    Never,
}

type Answering = dyn Fn(&Asked) -> Answer + Send + Sync;

/// A service that stops when dropped.
pub struct Service {
    pub endpoint: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    _serving: JoinSet<()>,
}

impl Service {
    pub async fn start(answering: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (log, answering): (_, Arc<Answering>) = (asked.clone(), Arc::new(answering));
        let app = axum::Router::new().fallback(move |request| answer(request, log.clone(), answering.clone()));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { endpoint, asked, _serving: serving }
    }

    pub fn aws(&self) -> Aws {
        Aws::at(&self.endpoint, "key", "secret")
    }

    /// Everything that was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    pub fn count(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

async fn answer(request: Request, log: Arc<Mutex<Vec<Asked>>>, answering: Arc<Answering>) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default().to_vec();
    let asked = Asked { method: head.method, path: head.uri.path().to_owned(), headers: head.headers, body };
    let answer = answering(&asked);
    log.lock().unwrap().push(asked);
    match answer {
        Answer::Say(status, body) => {
            let mut response = Response::new(Body::from(body));
            *response.status_mut() = StatusCode::from_u16(status).unwrap();
            response
        }
        Answer::Never => std::future::pending().await,
    }
}
