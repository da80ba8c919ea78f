//! CloudFormation's custom resources: how they are asked for, and how that is answered.
//!
//! CloudFormation waits at a URL that was signed beforehand, and for an hour where nobody answers. So whatever becomes of it is
//! answered there; only where the answer cannot be brought does the invocation fail, and Lambda makes it again.

use std::fmt;
use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::interceptors::BeforeTransmitInterceptorContextMut;
use aws_sdk_s3::config::{Builder, ConfigBag, Intercept, Region, RequestChecksumCalculation, RuntimeComponents};
use aws_sdk_s3::error::BoxError;
use aws_sdk_s3::primitives::ByteStream;
use connector_core::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::{Aws, failure, timeouts};

/// What CloudFormation takes of an answer, in bytes.
const LARGEST: usize = 4096;
/// How long bringing it may take.
const LIMIT: Duration = Duration::from_secs(30);
/// What the bucket of CloudFormation's is called that such URLs are of; the region follows, without its dashes.
const BUCKETS: &str = "https://cloudformation-custom-resource-response-";
/// What the ids of resources begin with of which nothing was made.
const NOTHING: &str = "nothing/";

/// What CloudFormation asks for.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Asked {
    /// Create, Update or Delete.
    pub(super) request_type: String,
    #[serde(rename = "ResponseURL")]
    response_url: String,
    stack_id: String,
    request_id: String,
    logical_resource_id: String,
    physical_resource_id: Option<String>,
    /// What the template says of the resource.
    #[serde(default, rename = "ResourceProperties")]
    pub(super) properties: Value,
    /// What it said before.
    #[serde(default, rename = "OldResourceProperties")]
    pub(super) before: Value,
}

/// The answer, as CloudFormation reads it.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Answer<'a> {
    status: &'static str,
    reason: String,
    physical_resource_id: String,
    stack_id: &'a str,
    request_id: &'a str,
    logical_resource_id: &'a str,
    data: &'a Value,
}

impl Asked {
    /// Reads what was asked in a region, where a stack and the function that it asks both are.
    ///
    /// Errors: invalid, where it cannot be answered, since it does not say where, or says a place that is not CloudFormation's.
    pub(super) fn read(event: &Value, region: &str, stand_in: Option<&str>) -> Result<Self> {
        // What the deserializer says may quote the URL, by which anybody could answer.
        let asked = Self::deserialize(event)
            .map_err(|_| Error::invalid("an event that asks for a resource, and not as CloudFormation does"))?;
        let url = &asked.response_url;
        if is_cloud_formations(url, region) || stand_in.is_some_and(|own| url.starts_with(own)) {
            return Ok(asked);
        }
        Err(Error::new(ErrorKind::Forbidden, "an event that asks to be answered elsewhere than at CloudFormation"))
    }

    /// Whether nothing was ever made of it.
    pub(super) fn is_nothing(&self) -> bool {
        self.physical_resource_id.as_ref().is_some_and(|id| id.starts_with(NOTHING))
    }

    /// Tells what has come of it. `has_begun`: whether there may be something to be deleted.
    ///
    /// Errors: those of bringing the answer.
    pub(super) async fn answer(&self, done: &Result<Value>, has_begun: bool, aws: &Aws) -> Result<()> {
        bring(aws, &self.response_url, self.told(done, has_begun)?).await
    }

    fn told(&self, done: &Result<Value>, has_begun: bool) -> Result<Vec<u8>> {
        let (status, reason) = match done {
            Ok(_) => ("SUCCESS", String::new()),
            Err(error) => {
                ("FAILED", error.hint_text().map_or_else(|| error.to_string(), |hint| format!("{error} ({hint})")))
            }
        };
        let nothing = Value::Null;
        let mut answer = Answer {
            status,
            reason,
            physical_resource_id: self.physical(done.is_ok() || has_begun),
            stack_id: &self.stack_id,
            request_id: &self.request_id,
            logical_resource_id: &self.logical_resource_id,
            data: done.as_ref().unwrap_or(&nothing),
        };
        loop {
            let told = serde_json::to_vec(&answer)
                .map_err(|error| Error::internal("writing an answer as JSON").with_source(error))?;
            if told.len() <= LARGEST || answer.reason.is_empty() {
                return Ok(told);
            }
            let half = answer.reason.chars().count() / 2;
            answer.reason = answer.reason.chars().take(half).collect();
        }
    }

    /// The id that it has, or is given: the same one whatever it is changed to, since another would have what was mapped deleted.
    fn physical(&self, is_made: bool) -> String {
        let stack = self.stack_id.rsplit('/').next().unwrap_or_default();
        let new = || format!("{}{stack}/{}", if is_made { "mapped/" } else { NOTHING }, self.logical_resource_id);
        self.physical_resource_id.clone().filter(|id| !id.is_empty()).unwrap_or_else(new)
    }
}

/// Anybody may have a bucket whose name begins as CloudFormation's do, so that the whole host is compared.
fn is_cloud_formations(url: &str, region: &str) -> bool {
    let Some((host, _)) = url.strip_prefix(BUCKETS).and_then(|rest| rest.split_once('/')) else { return false };
    let Some((bucket, service)) = host.split_once('.') else { return false };
    let service = service.strip_suffix(".cn").unwrap_or(service);
    let hosts = [String::new(), format!(".{region}"), format!("-{region}")];
    let is_s3 = hosts.iter().any(|host| service == format!("s3{host}.amazonaws.com"));
    is_s3 && bucket == region.replace('-', "")
}

/// Brings the answer: by S3's client, whose the place is, with nothing of its own, since the URL is all that was signed.
async fn bring(aws: &Aws, url: &str, answer: Vec<u8>) -> Result<()> {
    let region = aws.sdk().await.region().cloned().unwrap_or_else(|| Region::from_static("us-east-1"));
    let config = Builder::new()
        .behavior_version(BehaviorVersion::latest())
        .region(region)
        .timeout_config(timeouts(LIMIT))
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .allow_no_auth()
        .interceptor(Presigned(url.to_owned()));
    let put = Client::from_conf(config.build()).put_object().bucket("answer").key("answer");
    let put = put.body(ByteStream::from(answer)).send().await;
    put.map(drop).map_err(|error| failure("answering CloudFormation", &error))
}

/// Sends a request to a URL that was signed beforehand, without a header that was not.
struct Presigned(String);

impl fmt::Debug for Presigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Presigned")
    }
}

impl Intercept for Presigned {
    fn name(&self) -> &'static str {
        "Presigned"
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        let names: Vec<String> = request.headers().iter().map(|(name, _)| name.to_owned()).collect();
        for name in names.iter().filter(|name| *name != "content-length") {
            request.headers_mut().remove(name);
        }
        request.set_uri(self.0.as_str())?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn asked(url: &str) -> Value {
        json!({
            "RequestType": "Create", "ResponseURL": url, "StackId": "arn:aws:cloudformation:r:1:stack/SC-1/guid",
            "RequestId": "r", "LogicalResourceId": "Mapped", "ResourceType": "Custom::GlauxMapping",
        })
    }

    #[test]
    fn it_is_answered_at_cloud_formation_alone() {
        let us = "https://cloudformation-custom-resource-response-useast1.s3.amazonaws.com/arn%3Aaws?Signature=x";
        let eu = "https://cloudformation-custom-resource-response-eucentral1.s3.eu-central-1.amazonaws.com/arn?X-Amz-Signature=x";
        for url in [us, eu, &eu.replace("s3.eu", "s3-eu"), &eu.replace("amazonaws.com", "amazonaws.com.cn")] {
            let region = if url == us { "us-east-1" } else { "eu-central-1" };
            assert!(Asked::read(&asked(url), region, None).is_ok(), "{url}");
        }
        for url in [
            "",
            eu,
            "http://cloudformation-custom-resource-response-useast1.s3.amazonaws.com/x",
            "https://cloudformation-custom-resource-response-useast1-mine.s3.amazonaws.com/x",
            "https://cloudformation-custom-resource-response-useast1.mine.s3.amazonaws.com/x",
            "https://cloudformation-custom-resource-response-useast1.s3-website.us-east-1.amazonaws.com/x",
            "https://cloudformation-custom-resource-response-useast1.example.com/.amazonaws.com/x",
            "https://cloudformation-custom-resource-response-x@example.com/.amazonaws.com/",
            "https://cloudformation-custom-resource-response-x.example.com?.amazonaws.com/",
            "https://169.254.169.254/latest/.amazonaws.com/",
            "https://mine.s3.amazonaws.com/cloudformation-custom-resource-response-useast1",
            "http://127.0.0.1:80/x",
        ] {
            let error = Asked::read(&asked(url), "us-east-1", Some("http://127.0.0.1:81/")).map(drop).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Forbidden, "{url}");
            assert!(url.is_empty() || !error.to_string().contains(url), "{error}");
        }
        assert!(Asked::read(&asked("http://127.0.0.1:81/x"), "us-east-1", Some("http://127.0.0.1:81/")).is_ok());
    }

    #[test]
    fn an_answer_is_never_larger_than_is_taken_and_ids_say_whether_something_was_made() {
        let asked = Asked::read(&asked("http://h/x"), "r", Some("http://h/")).unwrap();
        let told = |done: &Result<Value>, has_begun| -> Value {
            let told = asked.told(done, has_begun).unwrap();
            assert!(told.len() <= LARGEST, "{}", told.len());
            serde_json::from_slice(&told).unwrap()
        };
        let long = Err(Error::invalid("\u{1}\"é".repeat(9000)));
        let failed = told(&long, false);
        assert_eq!(
            (&failed["Status"], &failed["PhysicalResourceId"]),
            (&json!("FAILED"), &json!("nothing/guid/Mapped"))
        );
        assert!(failed["Reason"].as_str().unwrap().len() > 100);
        assert_eq!(told(&long, true)["PhysicalResourceId"], "mapped/guid/Mapped");
        let done = told(&Ok(json!({"Tables": "3"})), true);
        assert_eq!((&done["Status"], &done["Data"]), (&json!("SUCCESS"), &json!({"Tables": "3"})));
    }
}
