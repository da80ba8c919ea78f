//! A small Lambda: the Runtime API for a pool of real processes, and the Invoke API in front of it.
//!
//! Like AWS's, it gives a process one request at a time, ends one that is late, and answers for one that died. Unlike AWS's it
//! waits for a free process instead of throttling, knows one function, and checks no signatures. Every process has a
//! Runtime API address of its own, which is how it is known; the Invoke API has another.

mod front;
mod process;
mod runtime;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use serde_json::json;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

pub use process::Process;

/// What Lambda carries each way in a synchronous invocation.
pub const PAYLOAD_LIMIT: usize = 6_291_456;

/// The function and how it is run.
#[derive(Clone, Debug)]
pub struct Options {
    /// The program of the function: a `bootstrap`.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<String>,
    /// Its environment besides what Lambda sets; nothing else is inherited but PATH.
    pub env: Vec<(String, String)>,
    /// The function's name.
    pub function: String,
    /// How many processes there are.
    pub processes: usize,
    /// How long one request may take.
    pub timeout: Duration,
    /// The memory size it is told, in MB; nobody enforces it.
    pub memory: u32,
}

impl Options {
    /// One process of `program`, with AWS's usual memory of our connectors and a minute per request.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            args: Vec::new(),
            env: Vec::new(),
            function: "glaux".to_owned(),
            processes: 1,
            timeout: Duration::from_mins(1),
            memory: 3008,
        }
    }
}

/// What an invocation came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The function's answer, or the error as JSON.
    pub payload: Bytes,
    /// The header `X-Amz-Function-Error`.
    pub function_error: Option<&'static str>,
}

impl Answer {
    fn error(kind: &str, message: &str) -> Self {
        Self::unhandled(json!({"errorType": kind, "errorMessage": message}).to_string().into())
    }

    fn unhandled(payload: Bytes) -> Self {
        Self { payload, function_error: Some("Unhandled") }
    }

    /// The payload as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.payload).expect("the answer is JSON")
    }
}

/// A request on its way to a process.
struct Job {
    id: String,
    payload: Bytes,
    answer: oneshot::Sender<Answer>,
}

/// What all tasks know.
struct Shared {
    options: Options,
    send: mpsc::UnboundedSender<Job>,
    waiting: tokio::sync::Mutex<mpsc::UnboundedReceiver<Job>>,
    processes: Mutex<Vec<Process>>,
    logs: Mutex<String>,
}

/// A running Lambda; dropping it kills its processes.
pub struct Lambda {
    endpoint: String,
    shared: Arc<Shared>,
    tasks: JoinSet<()>,
}

impl Lambda {
    /// Starts the pool and both APIs.
    pub async fn start(options: Options) -> Self {
        let (send, receive) = mpsc::unbounded_channel();
        let waiting = tokio::sync::Mutex::new(receive);
        let shared = Shared { options, send, waiting, processes: Mutex::default(), logs: Mutex::default() };
        let shared = Arc::new(shared);
        let mut tasks = JoinSet::new();
        for _ in 0..shared.options.processes {
            process::keep_one(Arc::clone(&shared), &mut tasks).await;
        }
        let endpoint = front::serve(Arc::clone(&shared), &mut tasks).await;
        Self { endpoint, shared, tasks }
    }

    /// The address of the Invoke API, for an AWS client: `http://127.0.0.1:…`.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Invokes the function without the Invoke API between.
    pub async fn invoke(&self, payload: impl Into<Bytes>) -> Answer {
        self.shared.invoke(payload.into()).await
    }

    /// Every process there was, in the order of their starts.
    pub fn processes(&self) -> Vec<Process> {
        let mut processes = self.shared.processes.lock().unwrap();
        processes.iter_mut().for_each(Process::look);
        processes.clone()
    }

    /// What all processes printed, standard output and error.
    pub fn logs(&self) -> String {
        self.shared.logs.lock().unwrap().clone()
    }

    /// Ends all processes and waits until they are gone.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
    }
}

impl Shared {
    async fn invoke(&self, payload: Bytes) -> Answer {
        let (answer, answered) = oneshot::channel();
        let job = Job { id: uuid::Uuid::new_v4().to_string(), payload, answer };
        self.send.send(job).unwrap_or_else(|_| panic!("the receiver lives beside the sender"));
        answered.await.unwrap_or_else(|_| Answer::error("Internal", "the local Lambda was stopped"))
    }
}
