//! Functions that behave as no good one does, and one that counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;
use connector_core::Result;
use glaux::local::invoke::Invoke;
use glaux::protocol::{Constraints, Request, Response, Version};

/// Changes requests on their way.
pub struct Asking<F>(pub Arc<dyn Invoke>, pub F);

#[async_trait]
impl<F: Fn(&mut Request) + Send + Sync> Invoke for Asking<F> {
    async fn invoke(&self, payload: Vec<u8>) -> Result<Vec<u8>> {
        let mut request = Request::decode(&payload).unwrap();
        (self.1)(&mut request);
        self.0.invoke(request.encode(Version::default()).unwrap()).await
    }
}

/// Changes answers on their way.
pub struct Answering<F>(pub Arc<dyn Invoke>, pub F);

#[async_trait]
impl<F: Fn(&mut Response) + Send + Sync> Invoke for Answering<F> {
    async fn invoke(&self, payload: Vec<u8>) -> Result<Vec<u8>> {
        let mut response = Response::decode(&self.0.invoke(payload).await?).unwrap();
        (self.1)(&mut response);
        Ok(response.encode(Version::default()).unwrap())
    }
}

/// A function that is asked for everything, whatever it is asked for.
pub fn forgetful(function: Arc<dyn Invoke>) -> Arc<dyn Invoke> {
    Arc::new(Asking(function, |request: &mut Request| match request {
        Request::GetTableLayout(request) => request.constraints = Constraints::default(),
        Request::GetSplits(request) => request.constraints = Constraints::default(),
        Request::ReadRecords(request) => request.constraints = Constraints::default(),
        _ => {}
    }))
}

/// Counts reads; from the given one on they never end, and it is noted when they are given up.
pub struct Counting {
    pub function: Arc<dyn Invoke>,
    pub reads: AtomicUsize,
    pub stuck_from: usize,
    pub given_up: Arc<AtomicBool>,
}

impl Counting {
    pub fn new(function: Arc<dyn Invoke>, stuck_from: usize) -> Arc<Self> {
        Arc::new(Self { function, reads: AtomicUsize::new(0), stuck_from, given_up: Arc::default() })
    }
}

#[async_trait]
impl Invoke for Counting {
    async fn invoke(&self, payload: Vec<u8>) -> Result<Vec<u8>> {
        if matches!(Request::decode(&payload).unwrap(), Request::ReadRecords(_)) {
            let read = self.reads.fetch_add(1, Ordering::SeqCst) + 1;
            if read >= self.stuck_from {
                let _noted = Noted(self.given_up.clone());
                std::future::pending::<()>().await;
            }
        }
        self.function.invoke(payload).await
    }
}

struct Noted(Arc<AtomicBool>);

impl Drop for Noted {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}
