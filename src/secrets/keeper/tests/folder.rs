use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use connector_core::{ErrorKind, Logins, Secret, Settings};
use tempfile::TempDir;

use super::super::{Copies, Folder, Keeper};
use super::suite::{Kept, holds};
use crate::config::{Catalog, SecretReference, SecretsConfig};
use crate::secrets::folder::{Kept as Generations, file_of, load};
use crate::secrets::source::{Source, Stage};
use crate::secrets::{Login, Resolved, Secrets};

const WINDOW: Duration = Duration::from_hours(24 * 7);
/// Tells a child where it writes.
const PLACE: &str = "GLAUX_TEST_KEPT";

struct Place {
    home: TempDir,
    path: PathBuf,
}

fn place() -> Place {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("below").join("secrets");
    Place { home, path }
}

impl Place {
    fn folder(&self) -> Folder {
        Folder::new(&self.path, WINDOW)
    }

    fn files(&self) -> BTreeSet<String> {
        let entries = std::fs::read_dir(&self.path).unwrap().map(|entry| entry.unwrap().file_name());
        entries.map(|name| name.into_string().unwrap()).filter(|name| name != ".lock").collect()
    }

    async fn read(&self, name: &str) -> Option<Secret> {
        Source::Folder(self.path.clone()).read(name, Stage::Current).await.ok().flatten()
    }
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn of_many_generations_the_one_in_force_and_the_newest_stay() {
    let mut kept = Generations::new("s");
    let numbers = |kept: &Generations| kept.generations.iter().map(|one| one.number).collect::<Vec<_>>();
    kept.add(1, Secret::new("one"));
    assert_eq!((kept.in_stage(Stage::Current), kept.in_stage(Stage::Pending)), (None, Some(Secret::new("one"))));
    kept.current = Some(1);
    for (number, left) in [(2, [1, 2]), (3, [1, 3]), (4, [1, 4])] {
        kept.add(number, Secret::new(number.to_string()));
        assert_eq!(numbers(&kept), left);
    }
    kept.current = Some(4);
    assert_eq!((kept.in_stage(Stage::Current), kept.in_stage(Stage::Pending)), (Some(Secret::new("4")), None));
    kept.add(5, Secret::new("5"));
    assert_eq!(numbers(&kept), [4, 5]);
    kept.discarded = Some(0);
    assert_eq!((kept.in_stage(Stage::Current), kept.in_stage(Stage::Pending)), (None, None));
}

#[test]
fn what_is_kept_is_printed_without_its_text() {
    let mut kept = Generations::new("s");
    kept.add(1, Secret::new("hunter2"));
    assert!(!format!("{kept:?}").contains("hunter2"));
    let text = serde_json::to_string(&kept).unwrap();
    assert_eq!(serde_json::from_str::<Generations>(&text).unwrap(), kept);
}

#[tokio::test]
async fn a_folder_keeps_the_suite() {
    let place = place();
    let kept = Kept {
        keepers: [Arc::new(place.folder()), Arc::new(place.folder())],
        source: Source::Folder(place.path.clone()),
        first_is_in_force: false,
        guards_the_moment: true,
    };
    holds(&kept, "grants/prod").await;
    for hostile in ["../../escaped", "/etc/escaped", "", "..", "a\0b\n", "Grants/prod", "grants/Prod", "grants-prod"] {
        holds(&kept, hostile).await;
    }
    let outside = std::fs::read_dir(place.home.path()).unwrap().count();
    assert_eq!(outside, 1, "something was written outside the folder");
}

#[tokio::test]
async fn two_places_keep_the_suite_and_the_consumers_is_read() {
    let (original, copy) = (place(), place());
    let keeper = || -> Arc<dyn Keeper> { Arc::new(Copies::new(Arc::new(original.folder()), Arc::new(copy.folder()))) };
    let source = Source::Folder(copy.path.clone());
    holds(&Kept { keepers: [keeper(), keeper()], source, first_is_in_force: false, guards_the_moment: true }, "g")
        .await;
    // Whoever proposed broke off before the copy was made.
    let (name, text) = ("g/cut", Secret::new("one"));
    original.folder().propose(name, 1, &text).await.unwrap();
    keeper().promote(name, 1).await.unwrap();
    assert_eq!((original.read(name).await, copy.read(name).await), (Some(text.clone()), Some(text.clone())));
    // Somebody changed the copy: it is not put in force.
    copy.folder().propose(name, 2, &Secret::new("eve")).await.unwrap();
    assert_eq!(keeper().propose(name, 2, &Secret::new("two")).await.unwrap_err().kind(), ErrorKind::Conflict);
    assert_eq!(keeper().promote(name, 2).await.unwrap_err().kind(), ErrorKind::Conflict);
    assert_eq!(copy.read(name).await, Some(text));
    // Discarding broke off after the copy: something is left, and the next attempt ends it.
    copy.folder().discard(name).await.unwrap();
    assert!(keeper().is_kept(name).await.unwrap());
    keeper().discard(name).await.unwrap();
    assert!(!keeper().is_kept(name).await.unwrap() && !original.folder().is_kept(name).await.unwrap());
}

#[tokio::test]
async fn what_is_kept_is_private_and_what_is_not_is_refused() {
    let (place, name) = (place(), "g/s");
    place.folder().propose(name, 1, &Secret::new("hunter2")).await.unwrap();
    place.folder().promote(name, 1).await.unwrap();
    let file = file_of(&place.path, name);
    let modes = [mode(&place.path), mode(&file), mode(&place.path.join(".lock"))];
    assert_eq!(modes, [0o700, 0o600, 0o600]);
    let set = |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    for (path, loose, right) in [(&file, 0o640, 0o600), (&place.path, 0o750, 0o700)] {
        set(path, loose);
        let error = place.folder().read(name, 1).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Forbidden, "{error}");
        assert!(error.hint_text().unwrap().starts_with(&format!("run: chmod {right:o} ")), "{error}");
        let error = Source::Folder(place.path.clone()).read(name, Stage::Current).await.unwrap_err();
        assert!(error.kind() == ErrorKind::Forbidden && error.to_string().contains(name), "{error}");
        assert_eq!(
            place.folder().propose(name, 2, &Secret::new("two")).await.unwrap_err().kind(),
            ErrorKind::Forbidden
        );
        set(path, right);
    }
    let other = "{\"name\":\"other\",\"current\":null,\"generations\":[],\"discarded\":null}";
    for broken in [other, "{\"name\":\"g/s\",\"current\":\"hunter2\"}", "hunter2"] {
        std::fs::write(&file, broken).unwrap();
        let error = place.folder().read(name, 1).await.unwrap_err();
        assert!(error.kind() == ErrorKind::Corrupt && !format!("{error:?}").contains("hunter2"), "{error:?}");
    }
    // One broken file is nobody else's trouble.
    place.folder().propose("g/t", 1, &Secret::new("t")).await.unwrap();
    place.folder().discard("g/t").await.unwrap();
    assert_eq!(place.folder().sweep(SystemTime::now()).await.unwrap_err().kind(), ErrorKind::Corrupt);
}

#[tokio::test]
async fn what_was_discarded_is_erased_after_its_window_and_not_before() {
    let place = place();
    let folder = place.folder();
    for name in ["g/kept", "g/discarded"] {
        folder.propose(name, 1, &Secret::new(format!("text of {name}"))).await.unwrap();
        folder.promote(name, 1).await.unwrap();
    }
    folder.discard("g/discarded").await.unwrap();
    let now = SystemTime::now();
    assert_eq!(folder.sweep(now + WINDOW - Duration::from_mins(1)).await.unwrap(), 0);
    assert_eq!(place.files().len(), 2);
    assert_eq!(folder.sweep(now + WINDOW + Duration::from_mins(1)).await.unwrap(), 1);
    assert_eq!(place.files().len(), 1);
    assert_eq!(place.read("g/kept").await, Some(Secret::new("text of g/kept")));
    // Without a window nothing of it comes back, and the next discard erases it.
    let hasty = Folder::new(&place.path, Duration::ZERO);
    hasty.discard("g/kept").await.unwrap();
    hasty.propose("g/kept", 1, &Secret::new("another")).await.unwrap();
    assert_eq!(hasty.read("g/kept", 1).await.unwrap(), Some(Secret::new("another")));
    hasty.discard("g/kept").await.unwrap();
    assert!(place.files().is_empty());
}

#[tokio::test]
async fn what_a_crash_leaves_unfinished_hinders_nobody_and_is_swept() {
    let (place, name) = (place(), "g/s");
    let folder = place.folder();
    folder.propose(name, 1, &Secret::new("one")).await.unwrap();
    folder.promote(name, 1).await.unwrap();
    let file = file_of(&place.path, name);
    let whole = std::fs::read_to_string(&file).unwrap().replace("one", "stolen");
    // Cut before a byte, inside the text, and before the new file took the old one's name.
    for (generation, left) in [(2, 0), (3, 1), (4, whole.len() / 2), (5, whole.len())] {
        let unfinished = file.with_extension("new");
        std::fs::write(&unfinished, &whole[..left]).unwrap();
        std::fs::set_permissions(&unfinished, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(place.read(name).await, folder.read(name, generation - 1).await.unwrap());
        folder.propose(name, generation, &Secret::new(generation.to_string())).await.unwrap();
        folder.promote(name, generation).await.unwrap();
        assert_eq!(place.read(name).await, Some(Secret::new(generation.to_string())));
        assert_eq!((place.files().len(), mode(&file)), (1, 0o600));
    }
    std::fs::write(place.path.join("another.new"), &whole).unwrap();
    assert_eq!(folder.sweep(SystemTime::now()).await.unwrap(), 1);
    assert_eq!(place.files().len(), 1);
}

fn login(password: &str) -> Secret {
    Secret::new(format!(
        r#"{{"username": "dz_a", "password": "{password}", "host": "db.internal", "engine": "postgres"}}"#
    ))
}

#[tokio::test]
async fn a_handler_reads_what_is_in_force_and_after_a_refusal_what_is_to_come() {
    let (place, name) = (place(), "grants/prod/shop");
    let folder = place.folder();
    let (engine, url, settings, views) = ("postgres".into(), String::new(), Settings::default(), BTreeMap::new());
    let secret = SecretReference::Name(name.into());
    let catalog = Catalog { name: "shop".into(), engine, url, secret, settings, views, callers: None };
    let config = SecretsConfig { folder: Some(place.path.clone()), refresh_pause: WINDOW, ..SecretsConfig::default() };
    let secrets = Secrets::new(&config);
    let password = |resolved: &Resolved| match resolved.login(&catalog, Logins::Users).unwrap() {
        Login::User(credential) => credential.password.expose().to_owned(),
        Login::Principal(principal) => panic!("{principal:?}"),
    };
    // Neither before it is made nor before it was tried.
    for _ in 0..2 {
        let error = secrets.resolve(&catalog).await.unwrap_err();
        assert!(error.kind() == ErrorKind::NotFound && error.to_string().contains(name), "{error}");
        folder.propose(name, 1, &login("one")).await.unwrap();
    }
    folder.promote(name, 1).await.unwrap();
    let old = secrets.resolve(&catalog).await.unwrap();
    assert_eq!((password(&old).as_str(), old.host.as_deref()), ("one", Some("db.internal")));
    folder.propose(name, 2, &login("two")).await.unwrap();
    let fresh = secrets.refresh(&catalog, &old).await.unwrap();
    assert_eq!(password(&fresh), "two", "the database may know it already");
    folder.promote(name, 2).await.unwrap();
    assert_eq!(password(&Secrets::new(&config).resolve(&catalog).await.unwrap()), "two");
    folder.discard(name).await.unwrap();
    assert_eq!(Secrets::new(&config).resolve(&catalog).await.unwrap_err().kind(), ErrorKind::NotFound);
}

/// Not a test of its own: a process that rotates one secret until it is killed, and prints each generation that it kept.
#[tokio::test]
#[ignore = "a child of the test below"]
async fn rotates_until_killed() {
    let Some(path) = std::env::var_os(PLACE) else { return };
    let (path, folder) = (PathBuf::from(&path), Folder::new(path, WINDOW));
    let own = std::process::id();
    // More than anybody waits for, should nobody be left to kill it.
    for _ in 0..10_000 {
        let newest = load(&path, NAME).unwrap().and_then(|kept| kept.generations.last().map(|one| one.number));
        let next = newest.unwrap_or_default() + 1;
        match folder.propose(NAME, next, &Secret::new(format!("{next} of {own}"))).await {
            Ok(()) => std::fs::write(path.join(format!("{next}.{own}.won")), "").unwrap(),
            Err(error) => assert_eq!(error.kind(), ErrorKind::Conflict, "{error}"),
        }
        if let Err(error) = folder.promote(NAME, next).await {
            assert!(matches!(error.kind(), ErrorKind::Conflict | ErrorKind::NotFound), "{error}");
        }
    }
}

const NAME: &str = "g/rotated";

/// Killed when dropped.
struct Rotating(Child);

impl Drop for Rotating {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn rotating(path: &Path) -> Rotating {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--ignored", "--exact", "secrets::keeper::tests::folder::rotates_until_killed"]);
    Rotating(command.env(PLACE, path).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
}

#[tokio::test]
async fn processes_that_are_killed_leave_the_state_before_or_after_and_lose_no_generation() {
    let place = place();
    let folder = place.folder();
    folder.propose(NAME, 1, &Secret::new("1 of nobody")).await.unwrap();
    let newest = || load(&place.path, NAME).unwrap().unwrap();
    for round in 1..=5 {
        let goal = newest().generations.last().unwrap().number + 6 + round;
        let mut children = [rotating(&place.path), rotating(&place.path), rotating(&place.path)];
        while newest().generations.last().unwrap().number < goal {
            for child in &mut children {
                assert!(child.0.try_wait().unwrap().is_none(), "a child gave up");
            }
            tokio::task::yield_now().await;
        }
        drop(children);
        let kept = newest();
        assert!(kept.generations.len() <= 2 && kept.discarded.is_none(), "{kept:?}");
        let next = kept.generations.last().unwrap().number + 1;
        folder.propose(NAME, next, &Secret::new(format!("{next} of nobody"))).await.unwrap();
        folder.promote(NAME, next).await.unwrap();
        assert_eq!(place.read(NAME).await, Some(Secret::new(format!("{next} of nobody"))));
    }
    let won: Vec<u64> = place
        .files()
        .iter()
        .filter(|file| Path::new(file).extension().is_some_and(|extension| extension == "won"))
        .map(|file| file.split('.').next().unwrap().parse().unwrap())
        .collect();
    let different: BTreeSet<_> = won.iter().collect();
    assert!(won.len() >= 30, "{}", won.len());
    assert_eq!(different.len(), won.len(), "a generation was given twice");
}
