//! How AWS Glue knows the engine.

use connector_core::GlueForm;

pub(crate) static GLUE: GlueForm =
    GlueForm { in_clear: &["protocol=tcp"], own, over_tls, ..GlueForm::of("ORACLE", "oracle", BEFORE) };

const BEFORE: &str = "jdbc:oracle:thin:@//";
/// The same over TLS from the first byte.
const BEFORE_TLS: &str = "jdbc:oracle:thin:@tcps://";

/// AWS's guidance for DataZone leaves the driver's name out, and Glue's own manual puts the sign elsewhere.
fn own(url: &str) -> Option<String> {
    let slashed = ["jdbc:oracle:thin://@", "jdbc:oracle://"].iter().find_map(|form| url.strip_prefix(form));
    slashed.map(|rest| format!("{BEFORE}{rest}"))
}

fn over_tls(url: &str) -> Option<String> {
    if url.starts_with(BEFORE_TLS) {
        return Some(url.to_owned());
    }
    let rest = url.strip_prefix(BEFORE).or_else(|| url.strip_prefix(BEFORE.trim_end_matches('/')))?;
    // A descriptor says in its own words how it is reached, and what has another protocol in front has said so.
    let is_plain = !rest.starts_with('(') && !rest.contains("://");
    is_plain.then(|| format!("{BEFORE_TLS}{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_aws_writes_is_written_as_the_driver_takes_it() {
        for (url, expected) in [
            ("jdbc:oracle://h:1521/s", Some("jdbc:oracle:thin:@//h:1521/s")),
            ("jdbc:oracle:thin://@h:1521/s", Some("jdbc:oracle:thin:@//h:1521/s")),
            ("jdbc:oracle:thin:@h:1521:SID", None),
            ("jdbc:oracle:thin:@//h:1521/s", None),
        ] {
            assert_eq!(own(url).as_deref(), expected, "{url}");
        }
    }

    #[test]
    fn tls_is_asked_for_in_front() {
        for (url, expected) in [
            ("jdbc:oracle:thin:@//h:1/s", Some("jdbc:oracle:thin:@tcps://h:1/s")),
            ("jdbc:oracle:thin:@h:1/s", Some("jdbc:oracle:thin:@tcps://h:1/s")),
            ("jdbc:oracle:thin:@tcps://h:1/s", Some("jdbc:oracle:thin:@tcps://h:1/s")),
            ("jdbc:oracle:thin:@tcp://h:1/s", None),
            ("jdbc:oracle:thin:@(DESCRIPTION=)", None),
        ] {
            assert_eq!(over_tls(url).as_deref(), expected, "{url}");
        }
    }
}
