//! Servers in containers, for engines that come in no package; stopped and removed when the test's process ends, however it ends.
//!
//! The program `docker` (or `podman` under its name) is called, and not its library: that one removes a container when its
//! handle is dropped, and a handle that all tests of a process share never is.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdin, Command, Stdio};

/// A server's image, and how it is used.
pub struct Image<'a> {
    /// With its tag.
    pub name: &'a str,
    /// The port that the server listens on.
    pub port: u16,
    /// Variables that it is started with.
    pub variables: &'a [(&'a str, &'a str)],
    /// Stands in the line of its log that says that it is ready.
    pub ready: &'a str,
}

/// A running container; gone when this is dropped, or the process.
pub struct Container {
    /// The port of 127.0.0.1 that leads to the server.
    pub port: u16,
    /// Closed by whatever ends the process.
    _lifeline: ChildStdin,
}

/// Runs what follows, and removes the container, which is called like the first word, when stdin closes.
const KEEPER: &str = r#""$@" 2>&1 & exec >&- 2>&-; read -r _; docker rm --force "$0""#;

/// Starts a container, and waits until its server is ready. An image that is not on this machine is fetched only if `fetch` says so:
/// some are large.
///
/// Errors: a text that says why there is none, and what to do.
pub fn start(image: &Image<'_>, fetch: bool) -> Result<Container, String> {
    let name = format!("glaux-test-{}-{}", image.port, std::process::id());
    let mut child = run(image, &name, fetch).map_err(|error| format!("docker cannot be run: {error}"))?;
    let (output, lifeline) = (child.stdout.take(), child.stdin.take());
    let (Some(output), Some(lifeline)) = (output, lifeline) else { return Err("the keeper has no pipes".to_owned()) };
    let mut output = BufReader::new(output);
    if let Err(last) = wait_for(image.ready, &mut output) {
        return Err(format!("{} did not start: {last}; to fetch it: docker pull {}", image.name, image.name));
    }
    // Whoever writes into a pipe that nobody reads stands still.
    std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
    let port = published(&name, image.port)?;
    Ok(Container { port, _lifeline: lifeline })
}

fn run(image: &Image<'_>, name: &str, fetch: bool) -> std::io::Result<Child> {
    let mut command = Command::new("sh");
    command.args(["-c", KEEPER, name, "docker", "run", "--rm", "--name", name]);
    command.arg(format!("--publish=127.0.0.1::{}", image.port));
    command.arg(if fetch { "--pull=missing" } else { "--pull=never" });
    for (variable, value) in image.variables {
        command.arg("--env").arg(format!("{variable}={value}"));
    }
    command.arg(image.name).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()
}

/// Reads until a line says that the server is ready; the last line otherwise.
fn wait_for(ready: &str, output: &mut impl BufRead) -> Result<(), String> {
    let mut last = "it said nothing".to_owned();
    for line in output.lines() {
        let line = line.map_err(|error| format!("its log cannot be read: {error}"))?;
        if line.contains(ready) {
            return Ok(());
        }
        if !line.trim().is_empty() {
            last = line;
        }
    }
    Err(last)
}

fn published(name: &str, port: u16) -> Result<u16, String> {
    let asked = Command::new("docker").args(["port", name, &format!("{port}/tcp")]).stdout(Stdio::piped()).spawn();
    let mut told = String::new();
    let mut child = asked.map_err(|error| format!("docker cannot be asked for the port: {error}"))?;
    if let Some(output) = child.stdout.as_mut() {
        output.read_to_string(&mut told).map_err(|error| format!("docker does not tell the port: {error}"))?;
    }
    child.wait().map_err(|error| format!("docker does not end: {error}"))?;
    let found = told.lines().find_map(|line| line.rsplit(':').next()?.trim().parse().ok());
    found.ok_or_else(|| format!("docker does not tell the port: {told:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_that_is_waited_for_is_found_and_the_last_one_is_told_otherwise() {
        assert_eq!(wait_for("is ready", &mut "starting\nnow it is ready.\nmore\n".as_bytes()), Ok(()));
        assert_eq!(wait_for("is ready", &mut "starting\nno memory\n\n".as_bytes()), Err("no memory".to_owned()));
        assert_eq!(wait_for("is ready", &mut "".as_bytes()), Err("it said nothing".to_owned()));
    }
}
