//! The processes of the pool: started, watched, measured, started again.

use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use super::runtime::{self, Slot, SlotState};
use super::{Answer, Options, Shared};

/// One process, as it was measured.
#[derive(Clone, Debug)]
pub struct Process {
    /// Its id in the system.
    pub id: u32,
    /// From its start to its first question for work: a cold start.
    pub init: Option<Duration>,
    /// The most memory it ever had resident, in bytes, as last seen (Linux only).
    pub peak_memory: Option<u64>,
    /// How many invocations it answered, errors included.
    pub answers: usize,
    /// How it ended, if it did: `exit status: 3`.
    pub ended: Option<String>,
    started: Instant,
}

impl Process {
    pub(super) fn asks(&mut self) {
        self.init.get_or_insert(self.started.elapsed());
    }

    pub(super) fn answered(&mut self) {
        self.answers += 1;
        self.look();
    }

    /// Reads the high-water mark of a process that still runs.
    pub(super) fn look(&mut self) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id)).unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = peak.and_then(|peak| peak.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        self.peak_memory = kilobytes.map(|size| size * 1024).or(self.peak_memory);
    }
}

/// Keeps one process running in a place of the pool.
pub async fn keep_one(shared: Arc<Shared>, tasks: &mut JoinSet<()>) {
    let slot = Arc::new(Slot { shared, state: Mutex::default() });
    let address = runtime::serve(Arc::clone(&slot), tasks).await;
    // Started before anybody waits, so that a program that cannot be run fails the test that named it.
    let mut running = start(&slot, &address);
    tasks.spawn(async move {
        loop {
            let ended = running.end().await;
            answer_for(&slot, &ended).await;
            running = start(&slot, &address);
        }
    });
}

struct Running {
    child: Child,
    killed: oneshot::Receiver<()>,
}

fn start(slot: &Slot, address: &str) -> Running {
    let options = &slot.shared.options;
    // Held until the process is listed: it may ask for work before this function has gone on.
    let mut state = slot.state.lock().unwrap();
    let mut child =
        command(options, address).spawn().unwrap_or_else(|error| panic!("{}: {error}", options.program.display()));
    tokio::spawn(keep_log(Arc::clone(&slot.shared), child.stdout.take().unwrap()));
    tokio::spawn(keep_log(Arc::clone(&slot.shared), child.stderr.take().unwrap()));
    let process = Process {
        id: child.id().expect("it was not waited for"),
        init: None,
        peak_memory: None,
        answers: 0,
        ended: None,
        started: Instant::now(),
    };
    let (kill, killed) = oneshot::channel();
    let mut processes = slot.shared.processes.lock().unwrap();
    processes.push(process);
    *state = SlotState { process: processes.len() - 1, kill: Some(kill), ..SlotState::default() };
    Running { child, killed }
}

fn command(options: &Options, address: &str) -> Command {
    let mut command = Command::new(&options.program);
    command.args(&options.args).env_clear().kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    command.envs([
        ("AWS_LAMBDA_RUNTIME_API", address),
        ("AWS_LAMBDA_FUNCTION_NAME", &options.function),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &options.memory.to_string()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", &format!("/aws/lambda/{}", options.function)),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "local"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "local"),
        ("AWS_SECRET_ACCESS_KEY", "local"),
        // Nothing here may look for an identity outside.
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("_HANDLER", "bootstrap"),
        ("TZ", ":UTC"),
    ]);
    command.envs(options.env.iter().map(|(name, value)| (name, value)));
    command
}

impl Running {
    async fn end(&mut self) -> String {
        let status = tokio::select! {
            status = self.child.wait() => status,
            Ok(()) = &mut self.killed => {
                self.child.start_kill().unwrap();
                self.child.wait().await
            }
        };
        status.unwrap().to_string()
    }
}

/// Answers what a process that ended left open; one that never asked for work answers the next request with its failure,
/// which also keeps a program that cannot start from being started over and over.
async fn answer_for(slot: &Slot, ended: &str) {
    let (job, init_error, asked) = {
        let mut state = slot.state.lock().unwrap();
        let mut processes = slot.shared.processes.lock().unwrap();
        let process = &mut processes[state.process];
        process.ended = Some(ended.to_owned());
        (state.current.take(), state.init_error.take(), process.init.is_some())
    };
    let job = match job {
        Some(job) => job,
        None if asked => return,
        None => slot.shared.waiting.lock().await.recv().await.expect("the sender lives beside the receiver"),
    };
    let message = format!("RequestId: {} Error: Runtime exited with error: {ended}", job.id);
    let answer = init_error.map_or_else(|| Answer::error("Runtime.ExitError", &message), Answer::unhandled);
    let _ = job.answer.send(answer);
}

async fn keep_log(shared: Arc<Shared>, mut output: impl AsyncRead + Unpin) {
    let mut buffer = vec![0; 8192];
    while let Ok(size @ 1..) = output.read(&mut buffer).await {
        shared.logs.lock().unwrap().push_str(&String::from_utf8_lossy(&buffer[..size]));
    }
}
