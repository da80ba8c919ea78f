//! What we write has the fields of AWS's own writer, in its order, in every version, requests and responses alike.

use glaux::protocol::{Request, Response, Version};

use super::ordered::{MAPS, Ordered};
use super::vectors::messages;

/// Bytes of two Arrow writers differ, and the id of an allocator means nothing.
const OPAQUE: [&str; 4] = ["aId", "schema", "records", "outputSchema"];

pub fn rewrite(name: &str, version: Version, bytes: &[u8]) -> Vec<u8> {
    if name.contains("Request") {
        Request::decode(bytes).unwrap().encode(version).unwrap()
    } else {
        Response::decode(bytes).unwrap().encode(version).unwrap()
    }
}

/// What two writers of one message must agree on.
pub fn comparable(bytes: &[u8]) -> Ordered {
    let mut json = Ordered::parse(bytes);
    json.each_object("", &mut |name, fields| {
        if MAPS.contains(&name) {
            fields.sort_by(|a, b| a.0.cmp(&b.0));
        }
        for (key, value) in fields.iter_mut() {
            if OPAQUE.contains(&key.as_str()) && matches!(value, Ordered::Text(text) if !text.is_empty()) {
                *value = Ordered::Text("bytes".into());
            }
        }
        if let Some((_, Ordered::Object(sets))) = fields.iter_mut().find(|(key, _)| key == "summary") {
            // We write what suits the type; the other kinds have a test of their own.
            sets.retain(|(_, set)| set.get("@type") == Some(&Ordered::Text("SortedRangeSet".into())));
        }
    });
    json
}

#[test]
fn every_message_is_written_as_awss_own_writer_does_in_every_version() {
    for (version, name, bytes) in messages() {
        let mut written = comparable(&rewrite(&name, version, &bytes));
        let recorded = comparable(&bytes);
        // Value sets that were recorded as another kind come out as ranges.
        if let (Some(Ordered::Object(kept)), Some(ours)) = (summary(&recorded).cloned(), summary_mut(&mut written)) {
            ours.retain(|(column, _)| kept.iter().any(|(known, _)| known == column));
        }
        assert_eq!(written, recorded, "v{}/{name}", version.number());
    }
}

fn summary(message: &Ordered) -> Option<&Ordered> {
    message.get("constraints")?.get("summary")
}

fn summary_mut(message: &mut Ordered) -> Option<&mut Vec<(String, Ordered)>> {
    let mut json = message;
    for name in ["constraints", "summary"] {
        let Ordered::Object(fields) = json else { return None };
        json = &mut fields.iter_mut().find(|(key, _)| key == name)?.1;
    }
    if let Ordered::Object(sets) = json { Some(sets) } else { None }
}

#[test]
fn a_response_written_for_one_version_is_a_response_of_all_but_for_its_framing() {
    for (version, name, bytes) in messages().into_iter().filter(|message| message.1.contains("Response")) {
        let response = Response::decode(&bytes).unwrap();
        let first = comparable(&response.encode(version).unwrap());
        for other in Version::ALL.into_iter().filter(|other| other.number() >= 4) {
            assert_eq!(comparable(&response.encode(other).unwrap()), first, "{name}");
        }
    }
}

#[test]
fn a_version_never_carries_what_came_after_it() {
    let (_, _, bytes) = messages().into_iter().find(|m| m.0.number() == 6 && m.1 == "ReadRecordsRequest").unwrap();
    let request = Request::decode(&bytes).unwrap();
    let fields = |version: u8| {
        let json = Ordered::parse(&request.encode(Version::try_from(version).unwrap()).unwrap());
        let Some(Ordered::Object(fields)) = json.get("constraints").cloned() else { panic!("constraints") };
        fields.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
    };
    let all = ["summary", "expression", "orderByClause", "limit", "queryPassthroughArguments", "queryPlan"];
    assert_eq!(fields(2), all[..1]);
    assert_eq!(fields(3), all[..1]);
    assert_eq!(fields(4), all[..4]);
    assert_eq!(fields(5), all[..5]);
    assert_eq!(fields(6), all);
}

#[test]
fn a_pass_through_query_or_a_question_about_capabilities_is_refused_where_the_version_has_none() {
    let find = |wanted: &str| messages().into_iter().find(|message| message.1 == wanted).unwrap().2;
    for name in ["GetTableRequest-passthrough", "ReadRecordsRequest-passthrough"] {
        let request = Request::decode(&find(name)).unwrap();
        let error = request.encode(Version::try_from(4).unwrap()).unwrap_err();
        assert_eq!(error.kind(), connector_core::ErrorKind::Unsupported, "{name}");
    }
    let request = Request::decode(&find("GetDataSourceCapabilitiesRequest")).unwrap();
    assert!(request.encode(Version::try_from(3).unwrap()).is_err());
    let response = Response::decode(&find("GetDataSourceCapabilitiesResponse")).unwrap();
    assert!(response.encode(Version::try_from(2).unwrap()).is_err());
}
