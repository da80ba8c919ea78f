//! A thread of its own for every session, since the driver blocks; and what becomes of one on which the driver panics.
//!
//! The driver's statements panic again while they are dropped by a panic (they unwrap a lock that it has poisoned), which
//! would end the process. So what holds one is left as it is when a panic passes ([`Kept`]), and where the driver itself holds
//! it, the panic does not pass at all: its thread stays where it is. Not here: what is done on these threads.

use std::cell::{Cell, OnceCell};
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Once, OnceLock};
use std::task::{Context, Poll};
use std::thread;

use connector_core::{Error, ErrorKind, Result};
use futures::channel::oneshot::Receiver;
use futures::future::FutureExt;
use futures::task::AtomicWaker;

use crate::error;

/// How many of these threads may live, those included that wait for a server that no longer answers.
const MOST: usize = 64;

/// Something to do with what a thread owns.
pub(crate) type Task<T> = Box<dyn FnOnce(&mut Option<T>) + Send>;

/// A thread that owns a `T`, or will, and does one task after another with it. It ends when this is dropped.
pub(crate) struct Worker<T> {
    tasks: Sender<Task<T>>,
    fate: Arc<Fate>,
}

impl<T: 'static> Worker<T> {
    /// Starts a thread that owns nothing yet.
    ///
    /// Errors: unavailable, if there are too many.
    pub(crate) fn start() -> Result<Self> {
        install_hook();
        let permit = Permit::take()?;
        let (tasks, received) = channel::<Task<T>>();
        let fate = Arc::new(Fate::default());
        let own_fate = Arc::clone(&fate);
        let run = move || {
            let _permit = permit;
            FATE.with(|fate| fate.set(own_fate).ok());
            let mut owned = None;
            while let Ok(task) = received.recv() {
                let done = catch_unwind(AssertUnwindSafe(|| task(&mut owned)));
                if done.is_err() {
                    // What it owned may be broken in any way, so that to drop it may panic too.
                    catch_unwind(AssertUnwindSafe(|| drop(owned))).unwrap_or(());
                    return;
                }
            }
        };
        thread::Builder::new().name("oracle".into()).spawn(run).map_err(|error| {
            Error::new(ErrorKind::Unavailable, format!("no thread can be started for the session: {}", error.kind()))
        })?;
        Ok(Self { tasks, fate })
    }

    /// Gives the thread something to do.
    pub(crate) fn give(&self, task: Task<T>) -> Result<()> {
        self.tasks.send(task).map_err(|_| error::broken_session())
    }

    /// What becomes of the thread.
    pub(crate) fn fate(&self) -> Arc<Fate> {
        Arc::clone(&self.fate)
    }
}

/// Whether a thread has met a panic, and where.
#[derive(Default)]
pub(crate) struct Fate {
    place: OnceLock<String>,
    waker: AtomicWaker,
}

impl Fate {
    /// The error of a thread that has met a panic.
    pub(crate) fn poll(&self, cx: &mut Context<'_>) -> Poll<Error> {
        self.waker.register(cx.waker());
        self.place.get().map_or(Poll::Pending, |place| Poll::Ready(error::panicked(place)))
    }

    /// The error of a thread that gave nothing.
    pub(crate) fn of_silence(&self) -> Error {
        self.place.get().map_or_else(error::broken_session, |place| error::panicked(place))
    }

    /// What a task gives, unless the thread meets a panic first.
    pub(crate) async fn or<R>(&self, mut given: Receiver<R>) -> Result<R> {
        poll_fn(|cx| match given.poll_unpin(cx) {
            Poll::Ready(given) => Poll::Ready(given.map_err(|_| self.of_silence())),
            Poll::Pending => self.poll(cx).map(Err),
        })
        .await
    }
}

thread_local! {
    static FATE: OnceCell<Arc<Fate>> = const { OnceCell::new() };
    static MAY_UNWIND: Cell<bool> = const { Cell::new(true) };
}

/// Does something through which no panic may pass: one that happens keeps the thread where it is, with all that it holds. Until
/// the process ends nobody can set another hook for panics then, which nobody here does.
pub(crate) fn without_unwinding<R>(work: impl FnOnce() -> R) -> R {
    MAY_UNWIND.set(false);
    let done = work();
    MAY_UNWIND.set(true);
    done
}

/// Something that is dropped as usual, and left as it is when a panic passes.
pub(crate) struct Kept<T>(Option<T>);

impl<T> Kept<T> {
    pub(crate) fn new(kept: T) -> Self {
        Self(Some(kept))
    }

    /// What is kept.
    pub(crate) fn get(&mut self) -> Option<&mut T> {
        self.0.as_mut()
    }
}

impl<T: Iterator> Iterator for Kept<T> {
    type Item = T::Item;

    fn next(&mut self) -> Option<T::Item> {
        self.0.as_mut()?.next()
    }
}

impl<T> Drop for Kept<T> {
    fn drop(&mut self) {
        if thread::panicking() {
            std::mem::forget(self.0.take());
        }
    }
}

/// One of the threads that may live.
struct Permit;

static LIVING: AtomicUsize = AtomicUsize::new(0);

impl Permit {
    fn take() -> Result<Self> {
        let counted =
            LIVING.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |living| (living < MOST).then_some(living + 1));
        counted.map(|_| Self).map_err(|_| {
            Error::new(
                ErrorKind::Unavailable,
                format!("{MOST} sessions with Oracle are open, or wait for servers that are silent"),
            )
            .hint("run the query again later; if it stays so, look at the server, and start the function anew")
        })
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        LIVING.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Has panics on these threads told to whoever waits; all others go where they went before.
fn install_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let others = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| match FATE.with(|fate| fate.get().cloned()) {
            Some(fate) => meet(&fate, info),
            None => others(info),
        }));
    });
}

/// What was panicked with may be data, and is not told.
fn meet(fate: &Fate, info: &PanicHookInfo<'_>) {
    let place = info.location().map_or_else(String::new, |location| {
        let file = Path::new(location.file()).file_name().unwrap_or_default();
        format!("{}:{}", file.to_string_lossy(), location.line())
    });
    fate.place.set(place).unwrap_or(());
    fate.waker.wake();
    while !MAY_UNWIND.get() {
        thread::park();
    }
}

#[cfg(test)]
mod tests {
    use futures::channel::oneshot;
    use futures::executor::block_on;

    use super::*;

    /// What the driver's statements are like: dropped by a panic, they panic again.
    struct PanicsInDrop;

    impl Drop for PanicsInDrop {
        fn drop(&mut self) {
            assert!(!thread::panicking(), "this would end the process");
        }
    }

    #[test]
    fn tasks_are_done_in_order_by_one_thread_that_keeps_what_it_owns() {
        let worker = Worker::<Vec<i32>>::start().unwrap();
        for number in 0..3 {
            worker.give(Box::new(move |owned| owned.get_or_insert_default().push(number))).unwrap();
        }
        let (sender, receiver) = oneshot::channel();
        worker.give(Box::new(move |owned| sender.send(owned.take()).unwrap())).unwrap();
        assert_eq!(block_on(worker.fate().or(receiver)).unwrap(), Some(vec![0, 1, 2]));
    }

    fn panicking(work: impl FnOnce() + Send + 'static) -> Error {
        let worker = Worker::<()>::start().unwrap();
        let (sender, receiver) = oneshot::channel::<()>();
        worker
            .give(Box::new(move |_| {
                work();
                sender.send(()).unwrap();
            }))
            .unwrap();
        block_on(worker.fate().or(receiver)).unwrap_err()
    }

    #[test]
    fn a_panic_is_an_error_that_names_its_place_and_not_its_text_and_the_next_session_works() {
        let error = panicking(|| {
            let mut statement = Kept::new(PanicsInDrop);
            assert!(statement.get().is_none(), "hunter2");
        });
        assert!(error.to_string().contains("thread.rs:"), "{error}");
        assert!(!format!("{error} {error:?}").contains("hunter2"));
        let next = Worker::<i32>::start().unwrap();
        let (sender, receiver) = oneshot::channel();
        next.give(Box::new(move |_| sender.send(7).unwrap())).unwrap();
        assert_eq!(block_on(next.fate().or(receiver)).unwrap(), 7);
    }

    /// In a process of its own: the thread that stays keeps the hook, which the tests' own end would wait for.
    #[test]
    fn a_panic_that_must_not_pass_is_an_error_too_and_ends_no_process() {
        const CHILD: &str = "GLAUX_TEST_PANIC";
        if std::env::var_os(CHILD).is_some() {
            let error = panicking(|| {
                without_unwinding(|| {
                    let _statement = PanicsInDrop;
                    panic!("hunter2");
                });
            });
            std::process::exit(if error.to_string().contains("thread.rs:") { 42 } else { 1 });
        }
        let name = "thread::tests::a_panic_that_must_not_pass_is_an_error_too_and_ends_no_process";
        let child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name, "--nocapture"])
            .env(CHILD, "1")
            .output()
            .unwrap();
        assert_eq!(child.status.code(), Some(42), "{}", String::from_utf8_lossy(&child.stderr));
    }

    #[test]
    fn what_is_kept_is_dropped_when_nothing_passes() {
        let kept = Arc::new(());
        drop(Kept::new(Arc::clone(&kept)));
        assert_eq!((Arc::strong_count(&kept), Kept::new([1, 2].iter()).count()), (1, 2));
    }

    #[test]
    fn a_task_that_gives_nothing_is_an_error() {
        let worker = Worker::<()>::start().unwrap();
        let (sender, receiver) = oneshot::channel::<()>();
        worker.give(Box::new(move |_| drop(sender))).unwrap();
        assert_eq!(block_on(worker.fate().or(receiver)).unwrap_err().kind(), ErrorKind::Internal);
    }
}
