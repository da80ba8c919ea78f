//! The Runtime API of one process: what it asks for, and what it is given.

use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use super::{Answer, Job, PAYLOAD_LIMIT, Shared};

/// The place of one process in the pool; processes follow each other in it.
pub struct Slot {
    pub shared: Arc<Shared>,
    /// Locked before the list of processes where both are.
    pub state: Mutex<SlotState>,
}

#[derive(Default)]
pub struct SlotState {
    /// Which process, as an index into all there were.
    pub process: usize,
    pub current: Option<Job>,
    /// What the process said of its own failed start.
    pub init_error: Option<Bytes>,
    /// Ends the process.
    pub kill: Option<oneshot::Sender<()>>,
}

/// Serves the Runtime API of `slot` and returns its address, without a scheme as `AWS_LAMBDA_RUNTIME_API` has it.
pub async fn serve(slot: Arc<Slot>, tasks: &mut JoinSet<()>) -> String {
    let router = Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
        .route("/2018-06-01/runtime/init/error", post(init_error))
        .layer(DefaultBodyLimit::disable())
        .with_state(slot);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tasks.spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

async fn next(State(slot): State<Arc<Slot>>) -> Response {
    let process = {
        let state = slot.state.lock().unwrap();
        if state.current.is_some() {
            return refuse(StatusCode::FORBIDDEN, "InvalidStateTransition", "the last invocation is not answered");
        }
        slot.shared.processes.lock().unwrap()[state.process].asks();
        state.process
    };
    let job = slot.shared.waiting.lock().await.recv().await.expect("the sender lives beside the receiver");
    let mut state = slot.state.lock().unwrap();
    if state.process != process {
        // Who asked died while waiting, and its connection has not been closed yet: the job is for somebody else.
        slot.shared.send.send(job).unwrap_or_else(|_| panic!("the receiver lives beside the sender"));
        return refuse(StatusCode::GONE, "InvalidStateTransition", "another process took the place");
    }
    let (id, payload) = (job.id.clone(), job.payload.clone());
    state.current = Some(job);
    drop(state);
    give(&slot, &id, payload)
}

fn give(slot: &Arc<Slot>, id: &str, payload: Bytes) -> Response {
    let options = &slot.shared.options;
    let deadline = SystemTime::now() + options.timeout;
    let deadline = deadline.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis();
    tokio::spawn(end_if_late(Arc::clone(slot), id.to_owned()));
    let headers = [
        ("lambda-runtime-aws-request-id", id.to_owned()),
        ("lambda-runtime-deadline-ms", deadline.to_string()),
        ("lambda-runtime-invoked-function-arn", arn(&options.function)),
        ("lambda-runtime-trace-id", "Root=1-00000000-000000000000000000000000;Sampled=0".to_owned()),
        ("content-type", "application/json".to_owned()),
    ];
    (headers, payload).into_response()
}

fn arn(function: &str) -> String {
    format!("arn:aws:lambda:us-east-1:123456789012:function:{function}")
}

async fn end_if_late(slot: Arc<Slot>, id: String) {
    let limit = slot.shared.options.timeout;
    tokio::time::sleep(limit).await;
    let mut state = slot.state.lock().unwrap();
    let Some(job) = state.current.take_if(|job| job.id == id) else { return };
    if let Some(kill) = state.kill.take() {
        let _ = kill.send(());
    }
    let message = format!("RequestId: {id} Error: Task timed out after {:.2} seconds", limit.as_secs_f64());
    let _ = job.answer.send(Answer::error("Sandbox.Timedout", &message));
}

async fn response(State(slot): State<Arc<Slot>>, Path(id): Path<String>, payload: Bytes) -> Response {
    let Some(job) = slot.take(&id) else { return stranger(&id) };
    slot.count();
    if payload.len() > PAYLOAD_LIMIT {
        let size = payload.len();
        let message = format!(
            "Response payload size ({size} bytes) exceeded maximum allowed payload size ({PAYLOAD_LIMIT} bytes)."
        );
        let _ = job.answer.send(Answer::error("Function.ResponseSizeTooLarge", &message));
        return refuse(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", &message);
    }
    let _ = job.answer.send(Answer { payload, function_error: None });
    accepted()
}

async fn error(State(slot): State<Arc<Slot>>, Path(id): Path<String>, payload: Bytes) -> Response {
    let Some(job) = slot.take(&id) else { return stranger(&id) };
    slot.count();
    let _ = job.answer.send(Answer::unhandled(payload));
    accepted()
}

async fn init_error(State(slot): State<Arc<Slot>>, payload: Bytes) -> Response {
    slot.state.lock().unwrap().init_error = Some(payload);
    accepted()
}

impl Slot {
    /// The current job, if it is that one.
    fn take(&self, id: &str) -> Option<Job> {
        self.state.lock().unwrap().current.take_if(|job| job.id == id)
    }

    fn count(&self) {
        let process = self.state.lock().unwrap().process;
        self.shared.processes.lock().unwrap()[process].answered();
    }
}

fn accepted() -> Response {
    (StatusCode::ACCEPTED, json!({"status": "OK"}).to_string()).into_response()
}

fn stranger(id: &str) -> Response {
    refuse(StatusCode::BAD_REQUEST, "InvalidRequestID", &format!("{id} is not being handled"))
}

fn refuse(status: StatusCode, kind: &str, message: &str) -> Response {
    (status, json!({"errorType": kind, "errorMessage": message}).to_string()).into_response()
}
