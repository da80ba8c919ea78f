//! Where an environment finds what it was granted: in Athena's list of catalogs, each of which leads to the environment's function;
//! and how that function finds a secret that another account keeps (D18).
//!
//! All of it is in the environment's own account, so it is the consumer side that does it, once it has read by the secret: the
//! producer's role may do nothing there. Athena's list is one for a whole account and region: what was not put there for this
//! environment is never changed. Not here: who may invoke the function, which is [`only_through_athena`]'s, and stays when the
//! last catalog goes.

use aws_sdk_athena::types::{DataCatalog, DataCatalogType};
use aws_sdk_ssm::error::ProvideErrorMetadata;
use aws_sdk_ssm::types::ParameterType;
use connector_core::{Error, ErrorKind, Result};

use crate::config::{Aws, failure};
use crate::secrets::parameter;
use crate::secrets::policy::{Place, only_through_athena};

/// Athena, of one environment.
#[derive(Clone)]
pub struct Athena {
    aws: Aws,
    environment: String,
    function: String,
    place: Place,
    is_qualified: bool,
}

/// The one parameter of a catalog of type LAMBDA.
const FUNCTION: &str = "function";

impl Athena {
    /// Of an environment whose queries reach `function`; nothing is reached yet.
    ///
    /// Errors: invalid, if that is no function's ARN.
    pub fn new(aws: &Aws, environment: &str, function: &str, is_qualified: bool) -> Result<Self> {
        let place = Place::of(function).filter(|place| {
            let name = function.strip_prefix(&place.function(""));
            name.is_some_and(|name| !name.is_empty() && !name.contains(':'))
        });
        let place = place.ok_or_else(|| {
            Error::invalid(format!("{function:?} is not the ARN of a function"))
                .hint("write it as arn:aws:lambda:<region>:<account>:function:<name>, without a version")
        })?;
        let (aws, environment, function) = (aws.clone(), environment.to_owned(), function.to_owned());
        Ok(Self { aws, environment, function, place, is_qualified })
    }

    /// Makes what can be read by secret `name`, which is read as `read_as`, a catalog of Athena's.
    ///
    /// Errors: invalid, if there is another of its name.
    pub(super) async fn list(&self, source: &str, name: &str, read_as: &str) -> Result<()> {
        let is_elsewhere = Place::of(read_as).is_some_and(|place| place != self.place);
        self.point(name, is_elsewhere.then_some(read_as)).await?;
        self.bind().await?;
        self.put(&self.called(source)).await
    }

    /// Takes it away again.
    pub(super) async fn unlist(&self, source: &str, name: &str) -> Result<()> {
        self.remove(&self.called(source)).await?;
        self.point(name, None).await
    }

    /// What Athena's users call it, who tell no case.
    fn called(&self, source: &str) -> String {
        let name = if self.is_qualified { format!("{source}@{}", self.environment) } else { source.to_owned() };
        name.to_ascii_lowercase()
    }

    /// By this a catalog is known to be this environment's, whatever function it leads to.
    fn mark(&self) -> String {
        format!("glaux: what environment {} was granted", self.environment)
    }

    /// Has the parameter of a secret lead to where it is, or be gone.
    async fn point(&self, name: &str, to: Option<&str>) -> Result<()> {
        let client = aws_sdk_ssm::Client::new(self.aws.sdk().await);
        let Some(parameter) = parameter(name) else {
            return match to {
                Some(_) => Err(Error::unsupported(format!("SSM has no parameter of a name like {name:?}"))
                    .hint("choose a prefix of letters, digits and any of _ . -")),
                None => Ok(()),
            };
        };
        let held = match client.get_parameter().name(&parameter).send().await {
            Ok(found) => found.parameter.and_then(|found| found.value),
            Err(error) if is_absent(&error) => None,
            Err(error) => return Err(failure(&format!("looking for SSM parameter {parameter:?}"), &error)),
        };
        match (held.as_deref(), to) {
            (held, to) if held == to => Ok(()),
            (_, Some(arn)) => {
                let put = client.put_parameter().name(&parameter).value(arn).r#type(ParameterType::String);
                let put = put.overwrite(true).send().await;
                put.map(drop).map_err(|error| failure(&format!("putting SSM parameter {parameter:?}"), &error))
            }
            (_, None) => match client.delete_parameter().name(&parameter).send().await {
                Err(error) if is_absent(&error) => Ok(()),
                deleted => {
                    deleted.map(drop).map_err(|error| failure(&format!("deleting SSM parameter {parameter:?}"), &error))
                }
            },
        }
    }

    /// Has the function be invoked through Athena alone.
    async fn bind(&self) -> Result<()> {
        let client = aws_sdk_lambda::Client::new(self.aws.sdk().await);
        let doing = format!("binding function {}", self.function);
        let (policy, revision) = match client.get_resource_policy().resource_arn(&self.function).send().await {
            Ok(found) => (found.policy, found.revision_id),
            Err(error) => match failure(&doing, &error) {
                // It has none yet; if it is the function that is not there, that is told when a policy is put.
                error if error.kind() == ErrorKind::NotFound => (None, None),
                error => return Err(error),
            },
        };
        let Some(policy) = only_through_athena(&self.function, policy.as_deref())? else { return Ok(()) };
        let put = client.put_resource_policy().resource_arn(&self.function).policy(policy).set_revision_id(revision);
        match put.send().await {
            Err(error) if error.code() == Some("PreconditionFailedException") => {
                Err(Error::new(ErrorKind::Conflict, "somebody else changes its policy at the same time").context(doing))
            }
            sent => sent.map(drop).map_err(|error| failure(&doing, &error)),
        }
    }

    async fn put(&self, name: &str) -> Result<()> {
        let client = aws_sdk_athena::Client::new(self.aws.sdk().await);
        let doing = format!("listing catalog {name:?} in Athena");
        match self.found(&client, name).await.map_err(|error| error.context(doing.clone()))? {
            None => {
                let made = client.create_data_catalog().name(name).r#type(DataCatalogType::Lambda);
                let made = made.description(self.mark()).parameters(FUNCTION, &self.function).send().await;
                made.map(drop).map_err(|error| failure(&doing, &error))
            }
            Some(found) if !self.is_ours(&found) => {
                let told = format!("there is another of its name, which is not of environment {}", self.environment);
                Err(Error::invalid(told).context(doing).hint(
                    "delete that one, or set glaux_qualified_catalogs to true on the consumer side, so that this one is \
                     called <catalog>@<environment>",
                ))
            }
            Some(found) if self.leads_here(&found) => Ok(()),
            Some(_) => {
                let changed = client.update_data_catalog().name(name).r#type(DataCatalogType::Lambda);
                let changed = changed.description(self.mark()).parameters(FUNCTION, &self.function).send().await;
                changed.map(drop).map_err(|error| failure(&doing, &error))
            }
        }
    }

    fn is_ours(&self, found: &DataCatalog) -> bool {
        found.description().is_some_and(|told| told == self.mark())
    }

    fn leads_here(&self, found: &DataCatalog) -> bool {
        let function = found.parameters().and_then(|parameters| parameters.get(FUNCTION));
        *found.r#type() == DataCatalogType::Lambda && function == Some(&self.function)
    }

    async fn remove(&self, name: &str) -> Result<()> {
        let client = aws_sdk_athena::Client::new(self.aws.sdk().await);
        let doing = format!("taking catalog {name:?} out of Athena");
        let found = self.found(&client, name).await.map_err(|error| error.context(doing.clone()))?;
        if !found.is_some_and(|found| self.is_ours(&found)) {
            return Ok(());
        }
        let deleted = client.delete_data_catalog().name(name).send().await;
        deleted.map(drop).map_err(|error| failure(&doing, &error))
    }

    /// Athena says of a catalog that is not there that the request is invalid; nothing else can be invalid about it.
    async fn found(&self, client: &aws_sdk_athena::Client, name: &str) -> Result<Option<DataCatalog>> {
        match client.get_data_catalog().name(name).send().await {
            Ok(answer) => Ok(answer.data_catalog),
            Err(error) if error.code() == Some("InvalidRequestException") => Ok(None),
            Err(error) => Err(failure("looking for it", &error)),
        }
    }
}

fn is_absent<E: ProvideErrorMetadata, R>(error: &aws_sdk_ssm::error::SdkError<E, R>) -> bool {
    error.code() == Some("ParameterNotFound")
}

#[cfg(test)]
#[cfg(feature = "local")]
mod tests;
