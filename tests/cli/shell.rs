use std::fs::{File, OpenOptions};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, tcgetattr};

use crate::run::Glaux;

/// The person's side of a terminal, and the program's.
pub fn terminal() -> (File, File) {
    let person = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&person).unwrap();
    unlockpt(&person).unwrap();
    let name = ptsname(&person, Vec::new()).unwrap();
    let path = Path::new(std::ffi::OsStr::from_bytes(name.to_bytes()));
    let program = OpenOptions::new().read(true).write(true).open(path).unwrap();
    (File::from(person), program)
}

/// Whether lines are edited by the system and typed letters are shown, as it was before.
pub fn is_ordinary(terminal: &File) -> bool {
    let both = LocalModes::ICANON | LocalModes::ECHO;
    tcgetattr(terminal).unwrap().local_modes.contains(both)
}

pub fn read(person: &mut File) -> String {
    let mut shown = [0; 4096];
    let read = person.read(&mut shown).unwrap();
    String::from_utf8_lossy(&shown[..read]).into_owned()
}

#[test]
fn a_signal_at_the_prompt_leaves_the_terminal_as_it_was() {
    for (signal, code) in [("-TERM", 143), ("-HUP", 129)] {
        let (mut person, program) = terminal();
        assert!(is_ordinary(&program));
        let glaux = Glaux::memory();
        let mut command = glaux.command(&["sql"]);
        command.env("HOME", glaux.temp.path()).env("TERM", "xterm");
        let ours = || program.try_clone().unwrap();
        let mut child = command.stdin(ours()).stdout(ours()).stderr(ours()).spawn().unwrap();
        let mut shown = String::new();
        while !shown.contains("glaux> ") {
            shown += &read(&mut person);
        }
        assert!(!is_ordinary(&program), "the editor has not taken the terminal over");
        let kill = std::process::Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
        assert!(kill.success());
        assert_eq!(child.wait().unwrap().code(), Some(code), "{signal}");
        assert!(is_ordinary(&program), "{signal}: the terminal is left raw");
        // Pasted text is no longer marked, last of all; but for the end of a redraw that the signal met.
        let left = read(&mut person);
        let last = left.trim_end().trim_end_matches("\u{1b}[?2026l").trim_end();
        assert!(last.ends_with("\u{1b}[?2004l"), "{left:?}");
        assert_eq!(glaux.left_behind(), Vec::<String>::new());
    }
}
