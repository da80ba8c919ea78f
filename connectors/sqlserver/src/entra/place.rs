//! What of a token request is a part of its URL: checked, so that no option and no secret can lead it elsewhere.

use std::fmt;

use connector_core::{Error, Result, url};

const HTTPS: u16 = 443;

/// `https://host:port`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Place {
    /// Takes the value of `option`, which is never repeated.
    ///
    /// Errors: invalid, for anything but `https://` and a host, with or without a port.
    pub(crate) fn parse(option: &str, text: &str) -> Result<Self> {
        let invalid = || {
            Error::invalid(format!("option {option} of the connection URL is not https:// and the name of a host"))
                .hint("write it without a path, as in https://login.microsoftonline.us")
        };
        let rest = url::strip_scheme(text, &["https://"]).ok_or_else(invalid)?;
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = rest.split_once(':').map_or((rest, None), |(host, port)| (host, Some(port)));
        let port = match port {
            None => HTTPS,
            Some(port) => url::port(port).ok().flatten().ok_or_else(invalid)?,
        };
        if !is_host(host) {
            return Err(invalid());
        }
        Ok(Self { host: host.to_ascii_lowercase(), port })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            HTTPS => write!(f, "https://{}", self.host),
            port => write!(f, "https://{}:{port}", self.host),
        }
    }
}

/// Where tokens of a tenant are asked for, behind the authority.
///
/// Errors: invalid, for a tenant that is neither a GUID nor a domain's name; what it is instead is not repeated.
pub(crate) fn path(tenant: &str) -> Result<String> {
    if is_guid(tenant) || tenant.contains('.') && is_host(tenant) {
        return Ok(format!("/{tenant}/oauth2/v2.0/token"));
    }
    Err(Error::invalid("the key \"tenant_id\" of the secret is neither a GUID nor a domain's name")
        .hint("the portal of Entra ID shows the tenant's id on its overview page"))
}

fn is_host(text: &str) -> bool {
    const LONGEST: usize = 253;
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.len() <= LONGEST && text.split('.').all(is_label)
}

fn is_guid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_is_https_and_a_host() {
        for (text, shown) in [
            ("https://login.microsoftonline.com", "https://login.microsoftonline.com"),
            ("HTTPS://Login.Chinacloudapi.cn/", "https://login.chinacloudapi.cn"),
            ("https://localhost:8443", "https://localhost:8443"),
        ] {
            assert_eq!(Place::parse("entraAuthority", text).unwrap().to_string(), shown);
        }
        for text in [
            "http://hunter2",
            "hunter2",
            "https://",
            "https://hunter2/path",
            "https://user@hunter2",
            "https://hunter2:0",
            "https://hunter2:",
            "https://hunter2?x",
            "https://hunter2#x",
            "https://hunter2\r\nx",
            "https://-hunter2",
            "https://hunter2..com",
        ] {
            let error = Place::parse("entraAuthority", text).unwrap_err();
            assert!(error.to_string().contains("entraAuthority"), "{error}");
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
    }

    #[test]
    fn a_tenant_changes_neither_host_nor_path() {
        for tenant in ["72f988bf-86f1-41af-91ab-2d7cd011db47", "contoso.onmicrosoft.com", "a.b"] {
            assert_eq!(path(tenant).unwrap(), format!("/{tenant}/oauth2/v2.0/token"));
        }
        for tenant in [
            "",
            "..",
            "a..b",
            "common",
            "../evil.example",
            "a.b/c",
            "a.b?c",
            "a.b#c",
            "a.b%2f",
            "a.b@evil.example",
            "a.b\r\nHost: x",
            "a.b ",
            "ä.b",
            "72f988bf-86f1-41af-91ab-2d7cd011db4",
            "72f988bf-86f1-41af-91ab-2d7cd011db4g",
        ] {
            let error = path(tenant).unwrap_err();
            assert!(error.to_string().contains("tenant_id"), "{tenant:?}");
        }
    }
}
