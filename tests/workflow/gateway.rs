//! One address for all of AWS, in front of moto, which does what moto does not: it tells accounts apart by who asks and by the ARN
//! that is asked for, it keeps to the policies of secrets between accounts, and its functions are ours, in this process.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use connector_core::{Error, ErrorKind};
use glaux::error::athena_error_type;
use glaux::grants::Function;
use glaux::secrets::policy::{Policy, Principal, Request as Decided, Resource, Role, decide};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::athena::Athena;
use crate::datazone::DataZone;
use crate::support::lambda::Lambda;
use crate::support::moto::{Moto, message};

/// Where everything is.
pub const REGION: &str = "us-east-1";

/// What a table's policy lets other accounts do.
const READS: [&str; 4] = ["DescribeTable", "GetItem", "BatchGetItem", "Query"];

/// The address, until it is dropped.
pub struct Gateway {
    pub endpoint: String,
    pub datazone: Arc<DataZone>,
    inner: Arc<Inner>,
    _serving: JoinSet<()>,
}

struct Inner {
    moto: Moto,
    functions: Mutex<BTreeMap<String, Arc<Deployed>>>,
    /// By the access key that stands for a session of theirs.
    roles: Mutex<BTreeMap<String, Role>>,
    invoked: Mutex<Vec<String>>,
    /// Events that functions were given, and what they answered.
    told: Mutex<String>,
    datazone: Arc<DataZone>,
    athena: Athena,
    /// What is done where this is said, and answered by a failure.
    falling: Mutex<Option<String>>,
    /// How the next invocations for a step are lost.
    losing: Mutex<BTreeMap<String, Vec<Lost>>>,
}

/// How an invocation comes to nothing that would have come to something.
#[derive(Clone, Copy, Debug)]
pub enum Lost {
    /// The function does what it is asked, and then fails by this kind.
    Answer(ErrorKind),
    /// Lambda does not let it run, for too many do.
    TurnedAway,
}

/// What answers for a function: its code in this process, or its program as Lambda runs it.
pub enum Deployed {
    Here(Box<Function>),
    Program(Box<Lambda>),
}

/// The same address, asked without a client.
#[derive(Clone)]
pub struct Raw(Arc<Inner>);

/// What Lambda says beside an answer that is a failure.
const FAILED: &str = "X-Amz-Function-Error: Unhandled\r\n";

/// What is between two texts.
pub fn between(text: &str, from: &str, to: &str) -> Option<String> {
    text.split_once(from).and_then(|(_, rest)| rest.split_once(to)).map(|(found, _)| found.to_owned())
}

impl Raw {
    /// Asks IAM of an account.
    pub async fn iam(&self, account: &str, form: &str) -> (u16, String) {
        let mut request = Request::new(account, "iam", "none", &Value::Null);
        request.head = request.head.replace("x-amz-json-1.1", "x-www-form-urlencoded");
        request.body = format!("{form}&Version=2010-05-08").into_bytes();
        let Request { head, body } = Request::of(&self.0.answer(request).await);
        (head.split(' ').nth(1).unwrap().parse().unwrap(), String::from_utf8(body).unwrap())
    }

    /// Asks a service that speaks JSON.
    pub async fn json(&self, account: &str, service: &str, target: &str, body: &Value) -> (u16, Value) {
        parsed(&self.0.answer(Request::new(account, service, target, body)).await)
    }
}

impl Gateway {
    /// Starts one, or says why there is none.
    pub async fn start() -> Result<Self, String> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let moto = Moto::start_behind(Some(address.port())).await?;
        let datazone = Arc::new(DataZone::default());
        let (functions, roles, invoked, told, athena, falling, losing) = <(_, _, _, _, Athena, _, _)>::default();
        let asked = datazone.clone();
        let inner = Arc::new(Inner { moto, functions, roles, invoked, told, datazone: asked, athena, falling, losing });
        let (mut serving, served) = (JoinSet::new(), inner.clone());
        serving.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let client = listener.accept().await.unwrap().0;
                connections.spawn(serve(client, served.clone()));
            }
        });
        Ok(Self { endpoint: format!("http://{address}"), datazone, inner, _serving: serving })
    }

    /// Deploys a function.
    pub fn deploy(&self, arn: &str, function: Deployed) {
        self.inner.functions.lock().unwrap().insert(arn.into(), Arc::new(function));
    }

    /// A role, and the access key of its sessions.
    pub fn admit(&self, access_key: &str, role: Role) {
        self.inner.roles.lock().unwrap().insert(access_key.into(), role);
    }

    /// Which function was asked for what, in order.
    pub fn invoked(&self) -> Vec<String> {
        self.inner.invoked.lock().unwrap().clone()
    }

    /// Everything that functions were given and answered, as text.
    pub fn told(&self) -> String {
        self.inner.told.lock().unwrap().clone()
    }

    /// What the programs of functions printed.
    pub fn logs(&self) -> String {
        let functions = self.inner.functions.lock().unwrap();
        let programs = functions.values().filter_map(|function| match &**function {
            Deployed::Here(_) => None,
            Deployed::Program(lambda) => Some(lambda.logs()),
        });
        programs.collect()
    }

    /// What moto does not have of Athena and of functions.
    pub fn athena(&self) -> &Athena {
        &self.inner.athena
    }

    /// Calls a service as whoever has this access key.
    pub async fn call(&self, access_key: &str, service: &str, target: &str, body: &Value) -> (u16, Value) {
        let request = Request::new(access_key, service, target, body);
        parsed(&self.inner.answer(request).await)
    }

    /// Asks a function, as Lambda would for the queue.
    pub async fn invoke(&self, arn: &str, event: &Value) -> (u16, Value) {
        parsed(&self.inner.invoke(arn, event.to_string().as_bytes()).await)
    }

    /// Has what says this done, and answered by a failure; or nothing any more.
    pub fn set_falling(&self, said: Option<&str>) {
        *self.inner.falling.lock().unwrap() = said.map(Into::into);
    }

    /// Has the next invocations for a step be lost, each in its way.
    pub fn lose(&self, step: &str, lost: Vec<Lost>) {
        self.inner.losing.lock().unwrap().insert(step.into(), lost);
    }

    /// The address for whoever asks without a client.
    pub fn raw(&self) -> Raw {
        Raw(self.inner.clone())
    }

    /// A setting of moto's own.
    pub async fn configure(&self, setting: &Value) {
        let mut request = Request::new("test", "moto", "none", setting);
        request.head = request.head.replacen("POST / ", "POST /moto-api/config ", 1);
        let (status, answer) = parsed(&self.inner.forward(&request, None).await);
        assert_eq!(status, 201, "{answer}");
    }
}

async fn serve(mut client: TcpStream, inner: Arc<Inner>) -> Option<()> {
    while let Some(bytes) = message(&mut client).await {
        let answer = inner.answer(Request::of(&bytes)).await;
        client.write_all(&answer).await.ok()?;
    }
    None
}

impl Inner {
    async fn answer(&self, request: Request) -> Vec<u8> {
        let said = String::from_utf8_lossy(&request.body).into_owned();
        let answered = Box::pin(self.answered(request)).await;
        match &*self.falling.lock().unwrap() {
            Some(falling) if said.contains(falling) => answer(500, "", &json!({"__type": "InternalFailure"})),
            _ => answered,
        }
    }

    async fn answered(&self, request: Request) -> Vec<u8> {
        if let Some(function) = request.function() {
            return self.invoke(&function, &request.body).await;
        }
        if let Some((method, target)) = request.line().filter(|(_, target)| target.starts_with("/v2/domains/")) {
            let (status, told) = self.datazone.answer(method, target, &String::from_utf8_lossy(&request.body));
            return answer(status, "", &told);
        }
        if let Some(function) = request.policy_of() {
            let (does, put) = match request.head.split(' ').next() {
                Some("PUT") => ("PutResourcePolicy", serde_json::from_slice(&request.body).ok()),
                _ => ("GetResourcePolicy", None),
            };
            if let Some(refused) = self.refused(&request, &format!("lambda:{does}"), &function) {
                return refused;
            }
            let (status, told) = self.athena.policy(&function, put.as_ref());
            let headers = match status {
                404 => "x-amzn-errortype: ResourceNotFoundException\r\n",
                412 => "x-amzn-errortype: PreconditionFailedException\r\n",
                _ => "",
            };
            return answer(status, headers, &told);
        }
        match request.target().rsplit_once('.') {
            Some(("secretsmanager", action @ ("GetSecretValue" | "DescribeSecret"))) => {
                self.secret(&request, action).await
            }
            Some(("AmazonAthena", action)) if action.ends_with("DataCatalog") => {
                let (account, asked): (_, Value) = (request.account().unwrap(), request.json());
                let arn = format!("arn:aws:athena:{REGION}:{account}:datacatalog/{}", asked["Name"].as_str().unwrap());
                if let Some(refused) = self.refused(&request, &format!("athena:{action}"), &arn) {
                    return refused;
                }
                let (status, told) = self.athena.answer(&account, action, &asked);
                answer(status, "", &told)
            }
            Some(("AmazonSSM", action)) => {
                let (account, asked) = (request.account().unwrap(), request.json());
                let arn = format!("arn:aws:ssm:{REGION}:{account}:parameter{}", asked["Name"].as_str().unwrap());
                match self.refused(&request, &format!("ssm:{action}"), &arn) {
                    Some(refused) => refused,
                    None => self.forward(&request, Some(&account)).await,
                }
            }
            Some((service, action)) if service.starts_with("DynamoDB") => self.table(request.clone(), action).await,
            _ => self.forward(&request, request.account().as_deref()).await,
        }
    }

    /// As Lambda answers: a failure is an answer too.
    async fn invoke(&self, arn: &str, event: &[u8]) -> Vec<u8> {
        let function = self.functions.lock().unwrap().get(arn).cloned();
        let Some(function) = function else {
            return answer(404, "", &json!({"__type": "ResourceNotFoundException", "message": arn}));
        };
        let step: Value = serde_json::from_slice(event).unwrap();
        let asked = step["step"].as_str().unwrap_or("events");
        self.invoked.lock().unwrap().push(format!("{} {asked}", arn.split(':').nth(4).unwrap()));
        let lost = self.losing.lock().unwrap().get_mut(asked).and_then(Vec::pop);
        if let Some(Lost::TurnedAway) = lost {
            let headers = "x-amzn-requestid: 1\r\nx-amzn-errortype: TooManyRequestsException\r\n";
            return answer(429, headers, &json!({"message": "Rate Exceeded.", "Type": "User"}));
        }
        let (mut headers, mut answered) = match &*function {
            Deployed::Here(function) => match function.handle(event).await {
                Ok(answered) => ("", serde_json::from_slice(&answered).unwrap()),
                Err(error) => (FAILED, told(&error)),
            },
            Deployed::Program(lambda) => {
                let answered = lambda.invoke(event.to_vec()).await;
                (answered.function_error.map_or("", |_| FAILED), answered.json())
            }
        };
        if let Some(Lost::Answer(kind)) = lost {
            (headers, answered) = (FAILED, told(&Error::new(kind, "the function ended before it could answer")));
        }
        *self.told.lock().unwrap() += &format!("{step} {answered}\n");
        answer(200, headers, &answered)
    }

    /// What is answered to a role whose own policies do not let it do that; nothing, if they do.
    fn refused(&self, request: &Request, action: &str, arn: &str) -> Option<Vec<u8>> {
        let role = self.roles.lock().unwrap().get(&request.access_key()).cloned();
        let Some(role) = role else { return Some(denied(arn, "nobody is known")) };
        let resource = Resource { arn: arn.into(), policy: None, tags: BTreeMap::new() };
        let (principal, encryption_context) = (Principal::Role(role), BTreeMap::new());
        let asked = Decided {
            principal: &principal,
            action,
            resource: &resource,
            is_secure: true,
            via: None,
            encryption_context,
        };
        let decision = decide(&asked).unwrap();
        (!decision.is_allowed).then(|| denied(arn, &decision.because))
    }

    /// A secret of another account is asked for there, by whom its policy and the role's own let.
    async fn secret(&self, request: &Request, action: &str) -> Vec<u8> {
        let asked: Value = serde_json::from_slice(&request.body).unwrap();
        let id = asked["SecretId"].as_str().unwrap();
        let owner = id.split(':').nth(4).map(str::to_owned).or_else(|| request.account());
        if owner == request.account() {
            return self.forward(request, owner.as_deref()).await;
        }
        let of_owner = |target: &str| {
            let target = format!("secretsmanager.{target}");
            Request::new(owner.as_deref().unwrap(), "secretsmanager", &target, &json!({"SecretId": id}))
        };
        let (_, described) = parsed(&self.forward(&of_owner("DescribeSecret"), owner.as_deref()).await);
        let (_, policy) = parsed(&self.forward(&of_owner("GetResourcePolicy"), owner.as_deref()).await);
        let role = self.roles.lock().unwrap().get(&request.access_key()).cloned();
        let (Some(role), Some(arn)) = (role, described["ARN"].as_str()) else { return denied(id, "nobody is known") };
        let policy = policy["ResourcePolicy"].as_str().map(|text| Policy::parse(text).unwrap());
        let resource = Resource { arn: arn.into(), policy, tags: BTreeMap::new() };
        let action = format!("secretsmanager:{action}");
        let (principal, encryption_context) = (Principal::Role(role), BTreeMap::new());
        let decided = decide(&Decided {
            principal: &principal,
            action: &action,
            resource: &resource,
            is_secure: true,
            via: None,
            encryption_context,
        });
        match decided.unwrap() {
            decision if decision.is_allowed => self.forward(request, owner.as_deref()).await,
            decision => denied(id, &decision.because),
        }
    }

    /// A table of another account is asked for by its ARN, which moto does not know.
    async fn table(&self, mut request: Request, action: &str) -> Vec<u8> {
        let body = String::from_utf8(request.body.clone()).unwrap();
        let Some((_, behind)) = body.split_once(&format!("arn:aws:dynamodb:{REGION}:")) else {
            return self.forward(&request, request.account().as_deref()).await;
        };
        let owner = behind.split(':').next().unwrap().to_owned();
        // As the table's policy has it: whoever is of another account only reads.
        if request.account().as_ref() != Some(&owner) && !READS.contains(&action) {
            return denied(&format!("table of {owner}"), &format!("{action} is for its own account"));
        }
        let prefix = format!("arn:aws:dynamodb:{REGION}:{owner}:table/");
        request.body = body.replace(&prefix, "").into_bytes();
        let answered = self.forward(&request, Some(&owner)).await;
        let (status, mut found) = parsed(&answered);
        for key in ["Responses", "UnprocessedKeys"] {
            if let ("BatchGetItem", Some(tables)) = (action, found.get_mut(key).and_then(Value::as_object_mut)) {
                *tables =
                    std::mem::take(tables).into_iter().map(|(name, items)| (prefix.clone() + &name, items)).collect();
            }
        }
        answer(status, "", &found)
    }

    async fn forward(&self, request: &Request, account: Option<&str>) -> Vec<u8> {
        let mut server = TcpStream::connect(self.moto.endpoint.trim_start_matches("http://")).await.unwrap();
        server.write_all(&request.bytes(account)).await.unwrap();
        message(&mut server).await.expect("moto answers")
    }
}

fn told(error: &Error) -> Value {
    json!({"errorType": athena_error_type(error.kind()), "errorMessage": error.to_string()})
}

fn denied(id: &str, because: &str) -> Vec<u8> {
    let told = athena_error_type(ErrorKind::Forbidden);
    answer(400, "", &json!({"__type": told, "message": format!("{id}: {because}")}))
}

fn answer(status: u16, headers: &str, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    let length = body.len();
    format!("HTTP/1.1 {status} Told\r\ncontent-type: application/x-amz-json-1.1\r\n{headers}content-length: {length}\r\n\r\n{body}")
        .into_bytes()
}

/// The status and what an answer says.
fn parsed(answer: &[u8]) -> (u16, Value) {
    let Request { head, body } = Request::of(answer);
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

/// A request of HTTP, or an answer.
#[derive(Clone)]
struct Request {
    head: String,
    body: Vec<u8>,
}

impl Request {
    fn of(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        Self { head: String::from_utf8(bytes[..end].to_vec()).unwrap(), body: bytes[end + 4..].to_vec() }
    }

    fn new(access_key: &str, service: &str, target: &str, body: &Value) -> Self {
        let mut head = String::from("POST / HTTP/1.1\r\nhost: aws\r\n");
        let version = if matches!(service, "states" | "sqs") { "1.0" } else { "1.1" };
        write!(head, "content-type: application/x-amz-json-{version}\r\nx-amz-target: {target}\r\n").unwrap();
        let scope = format!("{access_key}/20300131/{REGION}/{service}/aws4_request");
        write!(head, "authorization: AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none").unwrap();
        Self { head, body: body.to_string().into_bytes() }
    }

    fn header(&self, name: &str) -> Option<&str> {
        let named = |line: &&str| line.split(':').next().is_some_and(|own| own.eq_ignore_ascii_case(name));
        self.head.split("\r\n").skip(1).find(named).and_then(|line| line.split_once(':')).map(|(_, value)| value.trim())
    }

    fn target(&self) -> &str {
        self.header("x-amz-target").unwrap_or_default()
    }

    /// The method and what it is of.
    fn line(&self) -> Option<(&str, &str)> {
        let mut words = self.head.split(' ');
        words.next().zip(words.next())
    }

    fn function(&self) -> Option<String> {
        let (_, path) = self.line()?;
        let name = path.strip_prefix("/2015-03-31/functions/")?.strip_suffix("/invocations")?;
        Some(name.replace("%3A", ":").replace("%3a", ":"))
    }

    /// The function whose policy is asked for.
    fn policy_of(&self) -> Option<String> {
        let arn = self.head.split(' ').nth(1)?.strip_prefix("/2026-07-09/resource-policy/")?;
        Some(arn.replace("%3A", ":").replace("%3a", ":"))
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn access_key(&self) -> String {
        let credential = self.header("authorization").and_then(|text| text.split_once("Credential="));
        credential.and_then(|(_, rest)| rest.split('/').next()).unwrap_or_default().to_owned()
    }

    /// An access key begins with the number of its account.
    fn account(&self) -> Option<String> {
        self.access_key().get(..12).filter(|key| key.bytes().all(|byte| byte.is_ascii_digit())).map(str::to_owned)
    }

    fn bytes(&self, account: Option<&str>) -> Vec<u8> {
        let kept = self.head.split("\r\n").filter(|line| !line.to_ascii_lowercase().starts_with("content-length:"));
        let mut head = kept.collect::<Vec<_>>().join("\r\n");
        if let Some(account) = account {
            write!(head, "\r\nx-moto-account-id: {account}").unwrap();
        }
        write!(head, "\r\ncontent-length: {}\r\n\r\n", self.body.len()).unwrap();
        [head.as_bytes(), &self.body].concat()
    }
}
