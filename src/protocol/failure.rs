//! The payload of a Lambda function error, both ways. Which `errorType` stands for which kind is not decided here.

use connector_core::{ErrorKind, Result};

use super::json::{Cursor, Object, Writer, parse};

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
    /// Reads a payload; what is missing or odd is empty, and a payload that is no JSON object becomes the message.
    pub fn decode(payload: &[u8]) -> Self {
        parse(payload, ErrorKind::Corrupt, |error| Ok(Self::read(error))).unwrap_or_else(|_| Self {
            error_message: String::from_utf8_lossy(payload).into_owned(),
            ..Self::default()
        })
    }

    fn read(error: &Object<'_, '_>) -> Self {
        let text = |name| error.optional_text(name).ok().flatten().unwrap_or_default();
        let lines = error.optional("stackTrace", |trace| trace.items(lines)).ok().flatten().unwrap_or_default();
        Self {
            error_type: text("errorType"),
            error_message: text("errorMessage"),
            stack_trace: lines.into_iter().flatten().collect(),
        }
    }

    /// The payload.
    pub fn encode(&self) -> Result<Vec<u8>> {
        let mut writer = Writer::default();
        writer.object(|writer| {
            writer.name("errorMessage")?.text(&self.error_message)?;
            writer.name("errorType")?.text(&self.error_type)?;
            writer.name("stackTrace")?.texts(&self.stack_trace)
        })?;
        Ok(writer.finish())
    }
}

/// A line of a stack trace, or the several that some runtimes put in its place.
fn lines(cursor: Cursor<'_, '_>) -> Result<Vec<String>> {
    cursor.texts().or_else(|_| Ok(vec![cursor.text()?.into_owned()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_in_any_order_with_nested_traces_is_read_and_one_that_is_no_json_is_the_message() {
        let payload = br#"{"stackTrace":["a",["b","c"]],"errorMessage":"no such table","extra":1}"#;
        let error = LambdaError::decode(payload);
        assert_eq!(error.error_message, "no such table");
        assert_eq!(error.error_type, "");
        assert_eq!(error.stack_trace, ["a", "b", "c"]);
        assert_eq!(LambdaError::decode(b"Task timed out").error_message, "Task timed out");
        assert_eq!(LambdaError::decode(&error.encode().unwrap()), error);
    }
}
