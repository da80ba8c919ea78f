//! What must be known of a server before its users are spelled.

use connector_core::{Error, ErrorKind, Result, Row};

use crate::session::Server;

/// Comments are read by the one server or by the other. Whether there is `rds_kill`, whether this session is encrypted, how names
/// of tables are compared, and whether hashes are refused because passwords must be looked at.
pub(super) const FACTS: &str = "SELECT VERSION(), CAST(@@lower_case_table_names AS CHAR), \
    CAST((SELECT COUNT(*) FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = 'mysql' AND ROUTINE_NAME = 'rds_kill') AS CHAR), \
    /*!50701 (SELECT VARIABLE_VALUE FROM performance_schema.session_status WHERE VARIABLE_NAME = 'Ssl_cipher'), '0' */ \
    /*M!100100 (SELECT VARIABLE_VALUE FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME = 'Ssl_cipher'), \
    CAST(@@strict_password_validation AND EXISTS (SELECT * FROM information_schema.PLUGINS \
    WHERE PLUGIN_TYPE = 'PASSWORD VALIDATION' AND PLUGIN_STATUS = 'ACTIVE') AS CHAR) */";

/// Of a server that has answered to [`FACTS`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact about the server")]
pub(super) struct MySqlUsers {
    pub(super) is_mariadb: bool,
    /// Whether it shows words about a user.
    pub(super) has_comments: bool,
    pub(super) has_rds_kill: bool,
    /// Whether the administrator came over TLS, so that its users can.
    pub(super) has_tls: bool,
    /// Whether names of schemas and tables are in lower case there, however they are written.
    pub(super) is_lower: bool,
    pub(super) wants_plain: bool,
}

impl MySqlUsers {
    pub(super) fn on(facts: &[Row]) -> Result<Self> {
        let [Some(version), Some(casing), Some(kill), cipher, Some(plain)] =
            facts.first().map_or(&[][..], Vec::as_slice)
        else {
            return Err(Error::corrupt("the server does not tell what it is"));
        };
        let Server { is_mariadb, version: number } = Server::of(version);
        // Aurora's own numbers; its third generation began beyond what is needed.
        let is_aurora = version.starts_with("8.0.mysql_aurora");
        if number < if is_mariadb { (10, 4, 0) } else { (8, 0, 17) } && !is_aurora {
            let told = format!("users are made on MySQL 8.0.17, MariaDB 10.4 and later, and the server is {version}");
            return Err(
                Error::unsupported(told).hint("upgrade the server; earlier ones cannot lock a user, or take no hash")
            );
        }
        if casing == "2" {
            return Err(Error::new(ErrorKind::Unsupported, "users are not made where lower_case_table_names is 2")
                .hint("names are kept there in one case and compared in another: use a server on Linux"));
        }
        Ok(Self {
            is_mariadb,
            has_comments: !is_mariadb && (is_aurora || number >= (8, 0, 21)),
            has_rds_kill: kill != "0",
            has_tls: cipher.as_ref().is_some_and(|cipher| !cipher.is_empty()),
            is_lower: casing == "1",
            wants_plain: plain != "0",
        })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::access) const MYSQL: MySqlUsers = MySqlUsers {
        is_mariadb: false,
        has_comments: true,
        has_rds_kill: false,
        has_tls: true,
        is_lower: false,
        wants_plain: false,
    };
    pub(in crate::access) const MARIADB: MySqlUsers = MySqlUsers { is_mariadb: true, has_comments: false, ..MYSQL };

    #[test]
    fn servers_tell_what_they_are() {
        let on = |version: &str, casing: &str, kill: &str, cipher: Option<&str>, plain: &str| {
            let told = [Some(version), Some(casing), Some(kill), cipher, Some(plain)];
            MySqlUsers::on(&[told.map(|cell| cell.map(str::to_owned)).to_vec()])
        };
        assert_eq!(on("8.0.35", "0", "0", Some("TLS_AES_256_GCM_SHA384"), "0").unwrap(), MYSQL);
        assert_eq!(on("10.11.19-MariaDB-0+deb12u1", "0", "0", Some("x"), "0").unwrap(), MARIADB);
        let aurora = on("8.0.mysql_aurora.3.04.0", "1", "1", Some(""), "0").unwrap();
        assert_eq!(aurora, MySqlUsers { has_rds_kill: true, has_tls: false, is_lower: true, ..MYSQL });
        assert!(on("11.4.5-MariaDB", "0", "0", None, "1").unwrap().wants_plain);
        for (version, casing) in [("5.7.44", "0"), ("8.0.16", "0"), ("10.3.39-MariaDB", "0"), ("8.4.1", "2")] {
            let error = on(version, casing, "0", None, "0").unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{version} {casing}");
        }
        assert_eq!(MySqlUsers::on(&[]).unwrap_err().kind(), ErrorKind::Corrupt);
    }
}
