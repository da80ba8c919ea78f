//! AWS's own SDK judges our protocol: it reads what we write, writes what we read, and finds nothing to say against either.
//!
//! The SDK is driven through the Java program of `tests/conformance`; where there is no Java, the tests say so and pass.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod judge;
mod support;

use std::collections::{BTreeMap, BTreeSet};

use connector_core::Function;
use glaux::protocol::Version;
use serde_json::{Value, json};

use judge::constraints::functions;
use judge::meaning::constraints_of;
use judge::messages::{KINDS, Message, kinds};
use judge::random::Chance;
use judge::same::assert_same;

/// Of what we write; `TEST_SEED` gives another.
fn seed() -> u64 {
    std::env::var("TEST_SEED").map_or(20_260_811, |seed| seed.parse().unwrap())
}

fn versions() -> impl Iterator<Item = u8> {
    Version::ALL.into_iter().map(Version::number)
}

#[test]
fn what_we_write_aws_reads_without_a_finding_and_as_it_was_meant() {
    if !judge::present() {
        return;
    }
    let seed = seed();
    println!("seed {seed}");
    let (mut passed, mut called) = (BTreeMap::new(), BTreeSet::new());
    for version in versions() {
        for kind in kinds(version) {
            for round in 0..10 {
                let what = format!("{kind}, serde {version}, round {round} of seed {seed}");
                let mut chance = Chance::new(seed + round * 1000 + u64::from(version));
                let message = chance.message(kind, version);
                note_functions(&message, &mut called);
                written_is_read(&what, &message, version);
                *passed.entry(kind).or_insert(0) += 1;
            }
        }
    }
    assert_eq!(called.len(), Function::ALL.len(), "functions sent: {called:?}");
    println!(
        "{} message kinds × {} versions, written by us: {} messages passed",
        passed.len(),
        versions().count(),
        sum(&passed)
    );
}

fn sum(passed: &BTreeMap<&str, usize>) -> usize {
    passed.values().sum()
}

fn note_functions(message: &Message, called: &mut BTreeSet<Function>) {
    let Message::Request(request) = message else { return };
    let mut request = request.clone();
    if let Some(constraints) = constraints_of(&mut request) {
        constraints.expressions.iter().for_each(|expression| functions(expression, called));
    }
}

fn written_is_read(what: &str, message: &Message, version: u8) {
    let text = message.encode(version).unwrap_or_else(|error| panic!("{what}: {error}"));
    let answer = judge::read(version, &text);
    let meant = message.as_read(version);
    assert_same(what, &answer["value"], &meant.describe());
    let kind = answer["class"].as_str().unwrap();
    let back =
        Message::decode(kind, answer["written"].as_str().unwrap()).unwrap_or_else(|error| panic!("{what}: {error}"));
    let back = back.as_read(version);
    assert!(back.equals(&meant), "{what}\nback: {back:?}\nmeant: {meant:?}");
}

#[test]
fn what_aws_writes_we_read_as_it_was_meant_and_write_so_that_aws_reads_the_same() {
    if !judge::present() {
        return;
    }
    let mut passed = BTreeMap::new();
    for version in versions() {
        for seed in 1..=5 {
            let question =
                json!({ "op": "write", "version": version, "seed": seed, "count": kinds(version).count() * 2 });
            let answer = judge::ask(&question).unwrap();
            assert_eq!(answer["ok"], true, "{answer}");
            for (index, one) in answer["messages"].as_array().unwrap().iter().enumerate() {
                let kind = one["class"].as_str().unwrap();
                read_is_written(&format!("message {index}, a {kind}, of serde {version}, seed {seed}"), one, version);
                *passed.entry(KINDS.into_iter().find(|known| *known == kind).unwrap()).or_insert(0) += 1;
            }
        }
    }
    println!(
        "{} message kinds × {} versions, written by AWS: {} messages passed",
        passed.len(),
        versions().count(),
        sum(&passed)
    );
}

fn read_is_written(what: &str, theirs: &Value, version: u8) {
    let kind = theirs["class"].as_str().unwrap();
    let read =
        Message::decode(kind, theirs["message"].as_str().unwrap()).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_same(what, &theirs["value"], &read.describe());
    let again = read.encode(version).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_same(what, &judge::read(version, &again)["value"], &read.as_read(version).describe());
}
