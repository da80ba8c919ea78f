//! What CloudFormation may tell and neither it nor moto can be made to tell in a test: many pages, and calls that fail.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use connector_core::ErrorKind;

use super::events::Follower;
use super::stack::{Given, Stack, Stacks};
use super::template::Kind;
use crate::stand_ins::aws::{Answer, Asked, Service};

const ID: &str = "arn:aws:cloudformation:us-east-1:123456789012:stack/shop/1";

/// A field of a call.
fn said(asked: &Asked, key: &str) -> String {
    let body = String::from_utf8_lossy(&asked.body).into_owned();
    let found = body.split('&').find_map(|pair| pair.strip_prefix(key)?.strip_prefix('='));
    found.unwrap_or_default().to_owned()
}

fn tells(asked: &Asked, result: &str) -> Answer {
    let action = said(asked, "Action");
    let space = "http://cloudformation.amazonaws.com/doc/2010-05-15/";
    Answer::Say(
        200,
        format!("<{action}Response xmlns=\"{space}\"><{action}Result>{result}</{action}Result></{action}Response>"),
    )
}

fn fails(status: u16, code: &str, message: &str) -> Answer {
    let told = format!("<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>");
    Answer::Say(status, format!("<ErrorResponse>{told}</ErrorResponse>"))
}

/// A page of a list, and where the next one is.
fn page(asked: &Asked, list: &str, pages: &[&str]) -> Answer {
    let page = said(asked, "NextToken").parse::<usize>().unwrap_or_default();
    let next = if page + 1 < pages.len() { format!("<NextToken>{}</NextToken>", page + 1) } else { String::new() };
    tells(asked, &format!("<Status>CREATE_COMPLETE</Status><{list}>{}</{list}>{next}", pages[page]))
}

fn stack(state: &str) -> String {
    format!(
        "<member><StackId>{ID}</StackId><StackName>shop</StackName><StackStatus>{state}</StackStatus>\
         <CreationTime>2030-01-31T12:00:00Z</CreationTime></member>"
    )
}

async fn stacks(answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> (Service, Stacks) {
    let service = Service::start(answer).await;
    let stacks = Stacks::new(&service.aws()).await;
    (service, stacks)
}

fn actions(service: &Service) -> Vec<String> {
    service.asked().iter().map(|asked| said(asked, "Action")).collect()
}

fn change(name: &str) -> String {
    format!(
        "<member><ResourceChange><Action>Add</Action><LogicalResourceId>{name}</LogicalResourceId></ResourceChange></member>"
    )
}

#[tokio::test]
async fn every_page_is_read() {
    let (_service, stacks) = stacks(|asked| match said(asked, "Action").as_str() {
        "DescribeStacks" => page(asked, "Stacks", &[&stack("CREATE_COMPLETE"), "", &stack("UPDATE_COMPLETE")]),
        "ListStackResources" => page(
            asked,
            "StackResourceSummaries",
            &[
                "<member><LogicalResourceId>A</LogicalResourceId></member>",
                "<member><LogicalResourceId>B</LogicalResourceId></member>",
            ],
        ),
        "CreateChangeSet" => tells(asked, &format!("<Id>arn:set</Id><StackId>{ID}</StackId>")),
        _ => page(asked, "Changes", &[&change("A"), &change("B")]),
    })
    .await;
    let states: Vec<String> = stacks.all().await.unwrap().into_iter().map(|stack| stack.status).collect();
    assert_eq!(states, ["CREATE_COMPLETE", "UPDATE_COMPLETE"]);
    let names: Vec<String> = stacks.resources(ID).await.unwrap().into_iter().map(|one| one.name).collect();
    assert_eq!(names, ["A", "B"]);
    let set = stacks.propose("shop", None, Kind::Federation, &BTreeMap::new()).await.unwrap().unwrap();
    let names: Vec<String> = set.changes.into_iter().map(|one| one.name).collect();
    assert_eq!(names, ["A", "B"]);
}

#[tokio::test]
async fn a_stack_that_may_not_be_seen_is_not_taken_for_none() {
    let (_service, stacks) = stacks(|_| fails(403, "AccessDenied", "not you")).await;
    let error = stacks.find("shop").await.unwrap_err();
    assert!(error.kind() == ErrorKind::Forbidden && error.to_string().contains("looking at stack shop"), "{error}");
}

#[tokio::test]
async fn a_stack_that_is_there_for_a_plan_alone_is_made_and_one_that_is_so_already_is_left() {
    let (service, stacks) = stacks(|_| fails(400, "ValidationError", "No updates are to be performed.")).await;
    let given = BTreeMap::from([("LogLevel".to_owned(), Given::Previous)]);
    for (state, expected) in [("REVIEW_IN_PROGRESS", "CREATE"), ("UPDATE_COMPLETE", "UPDATE")] {
        let there = Stack { status: state.into(), ..Stack::default() };
        assert!(stacks.propose("shop", Some(&there), Kind::Federation, &given).await.unwrap().is_none());
        assert_eq!(said(service.asked().last().unwrap(), "ChangeSetType"), expected);
    }
    assert_eq!(actions(&service), ["CreateChangeSet", "CreateChangeSet"]);
}

fn event(number: usize, state: &str, name: &str, why: &str) -> String {
    let physical = if name == "shop" { ID } else { name };
    format!(
        "<member><StackId>{ID}</StackId><EventId>{number}</EventId><StackName>shop</StackName><LogicalResourceId>{name}</LogicalResourceId>\
         <PhysicalResourceId>{physical}</PhysicalResourceId><Timestamp>2030-01-31T12:00:{number:02}Z</Timestamp>\
         <ResourceStatus>{state}</ResourceStatus><ResourceStatusReason>{why}</ResourceStatusReason></member>"
    )
}

/// Follows from its beginning what is going on, and says what is told of it.
async fn followed(stacks: &Stacks) -> (Vec<String>, super::events::Ending) {
    let mut follower = Follower::from_beginning(stacks, ID).await.unwrap();
    let mut told = Vec::new();
    let ending = follower.follow(&mut |event| told.push(format!("{} {}", event.status, event.name))).await.unwrap();
    (told, ending)
}

#[tokio::test]
async fn what_is_going_on_is_told_from_its_beginning_and_not_what_was_before() {
    let newest = [
        event(6, "UPDATE_ROLLBACK_COMPLETE", "shop", ""),
        event(5, "UPDATE_ROLLBACK_IN_PROGRESS", "shop", "cancelled by a user"),
    ];
    let older = [event(4, "UPDATE_IN_PROGRESS", "Role", ""), event(3, "UPDATE_IN_PROGRESS", "shop", "User Initiated")];
    let oldest = [event(2, "CREATE_COMPLETE", "shop", ""), event(1, "CREATE_IN_PROGRESS", "shop", "")];
    let pages = [newest.concat(), older.concat(), oldest.concat()];
    let (_service, stacks) = stacks(move |asked| match said(asked, "Action").as_str() {
        "DescribeStackEvents" => page(asked, "StackEvents", &pages.each_ref().map(String::as_str)),
        _ => tells(asked, &format!("<Stacks>{}</Stacks>", stack("UPDATE_ROLLBACK_COMPLETE"))),
    })
    .await;
    let (told, ending) = followed(&stacks).await;
    assert_eq!(
        told,
        [
            "UPDATE_IN_PROGRESS shop",
            "UPDATE_IN_PROGRESS Role",
            "UPDATE_ROLLBACK_IN_PROGRESS shop",
            "UPDATE_ROLLBACK_COMPLETE shop"
        ]
    );
    assert!(ending.status == "UPDATE_ROLLBACK_COMPLETE" && ending.cause.is_none() && !ending.is_good(), "{ending:?}");
}

#[tokio::test]
async fn the_stacks_own_reason_is_told_where_no_resource_has_one() {
    let (_service, stacks) = stacks(|asked| match said(asked, "Action").as_str() {
        "DescribeStackEvents" => page(
            asked,
            "StackEvents",
            &[&[
                event(2, "UPDATE_ROLLBACK_FAILED", "shop", "the role is gone"),
                event(1, "UPDATE_IN_PROGRESS", "shop", ""),
            ]
            .concat()],
        ),
        _ => tells(asked, &format!("<Stacks>{}</Stacks>", stack("UPDATE_ROLLBACK_FAILED"))),
    })
    .await;
    assert_eq!(followed(&stacks).await.1.cause.unwrap().reason, "the role is gone");
}

/// Calls that fail in passing are looked past, and a stack is gone whether or not events say so.
#[tokio::test]
async fn a_stack_that_is_gone_is_followed_no_longer_and_a_call_that_fails_is_made_again() {
    let (reads, looks) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let (_service, stacks) = stacks(move |asked| match said(asked, "Action").as_str() {
        "DescribeStackEvents" => match reads.fetch_add(1, Ordering::SeqCst) {
            // The client of AWS itself calls three times.
            2..5 => fails(503, "ServiceUnavailable", "not now"),
            _ => page(asked, "StackEvents", &[&event(1, "DELETE_IN_PROGRESS", "shop", "")]),
        },
        _ if looks.fetch_add(1, Ordering::SeqCst) == 0 => {
            tells(asked, &format!("<Stacks>{}</Stacks>", stack("DELETE_IN_PROGRESS")))
        }
        _ => fails(400, "ValidationError", "Stack with id shop does not exist"),
    })
    .await;
    let (told, ending) = followed(&stacks).await;
    assert_eq!((told, ending.status.as_str()), (vec!["DELETE_IN_PROGRESS shop".to_owned()], "DELETE_COMPLETE"));
}
